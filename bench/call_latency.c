// SPDX-License-Identifier: LGPL-2.1-or-later
//
// How long a call to hotreloadd takes while it does something else: Status of TARGET, 1 ms after
// the answer to the one before, until standard input ends.
//
//   call_latency TARGET
//
// Prints the longest and the median time in µs, and how many answers there were.
#include "check.h"
#include "receipt.h"

#include <poll.h>
#include <stdlib.h>
#include <systemd/sd-bus.h>
#include <unistd.h>

enum { MOST = 1 << 20 };

static int compare(const void* a, const void* b) {
    const int64_t left = *(const int64_t*)a, right = *(const int64_t*)b;
    return (left > right) - (left < right);
}

int main(int argc, char** argv) {
    if (argc != 2) {
        fprintf(stderr, "usage: call_latency TARGET\n");
        return 2;
    }
    sd_bus* bus;
    CHECK(sd_bus_open_system(&bus));
    int64_t* took = malloc(MOST * sizeof *took);
    CHECK(took ? 0 : -ENOMEM);
    int count = 0;
    struct pollfd end = {.fd = STDIN_FILENO, .events = POLLIN};
    do {
        const int64_t begin = monotonic_ns();
        sd_bus_message* reply;
        CHECK(sd_bus_call_method(bus, "org.hotreload", "/org/hotreload", "org.hotreload.Manager1",
                                 "Status", NULL, &reply, "sa{sv}", argv[1], 0));
        sd_bus_message_unref(reply);
        took[count++] = monotonic_ns() - begin;
        if (count == 1) { // whoever waits for the first answer may begin
            printf("ready\n");
            fflush(stdout);
        }
    } while (count < MOST && poll(&end, 1, 1) == 0);
    qsort(took, (size_t)count, sizeof *took, compare);
    printf("%lld %lld %d\n", (long long)took[count - 1] / 1000, (long long)took[count / 2] / 1000,
           count);
    return 0;
}
