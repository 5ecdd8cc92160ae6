// SPDX-License-Identifier: LGPL-2.1-or-later
//
// The service that the benchmark reloads: it tells the driver when it got SIGHUP.
//
//   sighup_target SOCKET NAME [--notify-reload]
//
// Each receipt is one datagram to SOCKET: `struct receipt`. The signal is taken with sigwaitinfo,
// so the time is read in the first instruction after the kernel hands it over, in no handler.
#include "receipt.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <systemd/sd-daemon.h>

int main(int argc, char** argv) {
    const bool notify_reload = argc == 4 && strcmp(argv[3], "--notify-reload") == 0;
    struct sockaddr_un driver = {.sun_family = AF_UNIX};
    struct receipt receipt = {0};
    if ((argc != 3 && !notify_reload) || strlen(argv[1]) >= sizeof driver.sun_path ||
        strlen(argv[2]) >= sizeof receipt.name) {
        fprintf(stderr, "usage: sighup_target SOCKET NAME [--notify-reload]\n");
        return 2;
    }
    strcpy(driver.sun_path, argv[1]);
    strcpy(receipt.name, argv[2]);

    sigset_t hangup;
    sigemptyset(&hangup);
    sigaddset(&hangup, SIGHUP);
    sigprocmask(SIG_BLOCK, &hangup, NULL);

    const int out = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (out < 0) {
        perror("socket");
        return 1;
    }
    prctl(PR_SET_NAME, "ready"); // for who starts it as Type=exec, which has no other word for it
    sd_notify(0, "READY=1");

    for (;;) {
        if (sigwaitinfo(&hangup, NULL) < 0) {
            if (errno == EINTR)
                continue;
            perror("sigwaitinfo");
            return 1;
        }
        receipt.monotonic_ns = monotonic_ns();
        if (notify_reload)
            sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%lld",
                       (long long)(receipt.monotonic_ns / 1000));
        // Nobody listening is no fault of ours: the driver comes after its targets.
        sendto(out, &receipt, sizeof receipt, 0, (const struct sockaddr*)&driver, sizeof driver);
        if (notify_reload)
            sd_notify(0, "READY=1");
    }
}
