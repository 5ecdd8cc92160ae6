// SPDX-License-Identifier: LGPL-2.1-or-later
//
// The least that the next generation of a service on a shared socket can take: StartTransientUnit
// over sd-bus, with the socket, to the end of its job, which is READY=1. No file is read or written
// for it.
//
//   raw_start PORT COMMAND…
//
// For each line on standard input one start, answered with its time in µs on a line. The generation
// before it is stopped afterwards, as in a swap; that is not in the time.
#include "check.h"
#include "receipt.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <systemd/sd-bus.h>
#include <unistd.h>

static char awaited[256]; // the job's path, or nothing when it has ended

static int job_removed(sd_bus_message* message, void* data, sd_bus_error* error) {
    (void)data, (void)error;
    const char *job, *unit, *result;
    CHECK(sd_bus_message_read(message, "uoss", NULL, &job, &unit, &result));
    if (strcmp(job, awaited) == 0) {
        awaited[0] = 0;
        if (strcmp(result, "done") != 0) {
            fprintf(stderr, "raw_start: the job of %s ended: %s\n", unit, result);
            exit(1);
        }
    }
    return 0;
}

// A job that ended before its number was known cannot be missed: signals are dispatched only here.
static void await_job(sd_bus* bus, sd_bus_message* reply) {
    const char* job;
    CHECK(sd_bus_message_read(reply, "o", &job));
    snprintf(awaited, sizeof awaited, "%s", job);
    sd_bus_message_unref(reply);
    while (awaited[0]) {
        const int did = sd_bus_process(bus, NULL);
        CHECK(did);
        if (did == 0)
            CHECK(sd_bus_wait(bus, UINT64_MAX));
    }
}

static void start(sd_bus* bus, const char* unit, int listener, char** command) {
    sd_bus_message *call, *reply;
    CHECK(
        sd_bus_message_new_method_call(bus, &call, manager, path, interface, "StartTransientUnit"));
    CHECK(sd_bus_message_append(call, "ss", unit, "fail"));
    CHECK(sd_bus_message_open_container(call, 'a', "(sv)"));
    CHECK(sd_bus_message_append(call, "(sv)(sv)(sv)", "Type", "s", "notify", "CollectMode", "s",
                                "inactive-or-failed", "ExtraFileDescriptors", "a(hs)", 1, listener,
                                "port"));
    CHECK(sd_bus_message_open_container(call, 'r', "sv"));
    CHECK(sd_bus_message_append(call, "s", "ExecStart"));
    CHECK(sd_bus_message_open_container(call, 'v', "a(sasb)"));
    CHECK(sd_bus_message_open_container(call, 'a', "(sasb)"));
    CHECK(sd_bus_message_open_container(call, 'r', "sasb"));
    CHECK(sd_bus_message_append(call, "s", command[0]));
    CHECK(sd_bus_message_append_strv(call, command));
    CHECK(sd_bus_message_append(call, "b", 0));
    for (int i = 0; i < 5; ++i) // the command, the list, its variant, the property, the properties
        CHECK(sd_bus_message_close_container(call));
    CHECK(sd_bus_message_append(call, "a(sa(sv))", 0));
    CHECK(sd_bus_call(bus, call, 0, NULL, &reply));
    sd_bus_message_unref(call);
    await_job(bus, reply);
}

static void stop(sd_bus* bus, const char* unit) {
    sd_bus_message* reply;
    CHECK(sd_bus_call_method(bus, manager, path, interface, "StopUnit", NULL, &reply, "ss", unit,
                             "fail"));
    await_job(bus, reply);
}

static int listen_on(int port) {
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int yes = 1;
    const struct sockaddr_in address = {.sin_family = AF_INET,
                                        .sin_port = htons((uint16_t)port),
                                        .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) < 0 ||
        bind(fd, (const struct sockaddr*)&address, sizeof address) < 0 ||
        listen(fd, SOMAXCONN) < 0) {
        perror("listen");
        exit(1);
    }
    return fd;
}

int main(int argc, char** argv) {
    if (argc < 3) {
        fprintf(stderr, "usage: raw_start PORT COMMAND…\n");
        return 2;
    }
    sd_bus* bus;
    CHECK(sd_bus_open_system(&bus));
    CHECK(sd_bus_call_method(bus, manager, path, interface, "Subscribe", NULL, NULL, ""));
    CHECK(
        sd_bus_match_signal(bus, NULL, manager, path, interface, "JobRemoved", job_removed, NULL));
    const int listener = listen_on(atoi(argv[1]));

    char line[64], unit[64], before[64] = "";
    for (int i = 0; fgets(line, sizeof line, stdin); ++i) {
        snprintf(unit, sizeof unit, "bench-raw-start-%d-%d.service", getpid(), i);
        const int64_t begin = monotonic_ns();
        start(bus, unit, listener, argv + 2);
        printf("%lld\n", (long long)((monotonic_ns() - begin) / 1000));
        fflush(stdout);
        if (before[0])
            stop(bus, before);
        strcpy(before, unit);
    }
    if (before[0])
        stop(bus, before);
    return 0;
}
