// SPDX-License-Identifier: LGPL-2.1-or-later
//
// The least that many services can take to come up, and to be restarted: StartTransientUnit over
// sd-bus with the properties that hotreload sets, without waiting for the answer to one before the
// next is sent; then StopUnit for all, and as each has stopped, the start of the unit that takes
// its place.
//
//   raw_units COUNT ENVIRONMENT-FILE COMMAND…
//
// Prints the two times in µs, each to the end of the last job, and stops all units.
#include "check.h"
#include "receipt.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-bus.h>
#include <unistd.h>

static const char slice[] = "bench-raw.slice";

static sd_bus* bus;
static const char* environment_file;
static char** command;
static int own;      // our PID, for units of another run may still be loaded
static int restarts; // whether a unit that has stopped is followed by another
static int jobs;     // which have not ended

// The broker has a limit for calls of one connection that nobody has answered.
enum { MOST_UNANSWERED = 100 };
static int unanswered;
static sd_bus_message** waiting; // to be sent, in this order
static size_t waiting_end, waiting_sent;

static void send_waiting(void);

static int answered(sd_bus_message* reply, void* data, sd_bus_error* error) {
    (void)data, (void)error;
    if (sd_bus_message_is_method_error(reply, NULL)) {
        fprintf(stderr, "raw_units: %s\n", sd_bus_message_get_error(reply)->message);
        exit(1);
    }
    --unanswered;
    send_waiting();
    return 0;
}

static void send_waiting(void) {
    for (; waiting_sent < waiting_end && unanswered < MOST_UNANSWERED; ++waiting_sent) {
        CHECK(sd_bus_call_async(bus, NULL, waiting[waiting_sent], answered, NULL, UINT64_MAX));
        sd_bus_message_unref(waiting[waiting_sent]);
        ++unanswered;
    }
}

// Takes the reference.
static void send_call(sd_bus_message* call) {
    waiting[waiting_end++] = call;
    ++jobs;
    send_waiting();
}

static void start(int number, int generation) {
    char unit[64], name[32];
    snprintf(unit, sizeof unit, "bench-raw-%d-%d@%d.service", own, number, generation);
    snprintf(name, sizeof name, "s%d", number);
    sd_bus_message* call;
    CHECK(
        sd_bus_message_new_method_call(bus, &call, manager, path, interface, "StartTransientUnit"));
    CHECK(sd_bus_message_append(call, "ss", unit, "fail"));
    CHECK(sd_bus_message_open_container(call, 'a', "(sv)"));
    CHECK(sd_bus_message_append(call, "(sv)(sv)(sv)(sv)", "Description", "s", unit, "Slice", "s",
                                slice, "SyslogIdentifier", "s", name, "Type", "s", "exec"));
    CHECK(sd_bus_message_append(call, "(sv)(sv)(sv)(sv)(sv)", "EnvironmentFiles", "a(sb)", 1,
                                environment_file, 0, "WorkingDirectory", "s", "/var/tmp",
                                "TimeoutStopUSec", "t", UINT64_C(30000000),
                                "StartLimitIntervalUSec", "t", UINT64_C(0), "AddRef", "b", 1));
    CHECK(sd_bus_message_open_container(call, 'r', "sv"));
    CHECK(sd_bus_message_append(call, "s", "ExecStartEx"));
    CHECK(sd_bus_message_open_container(call, 'v', "a(sasas)"));
    CHECK(sd_bus_message_open_container(call, 'a', "(sasas)"));
    CHECK(sd_bus_message_open_container(call, 'r', "sasas"));
    CHECK(sd_bus_message_append(call, "s", command[0]));
    CHECK(sd_bus_message_append_strv(call, command));
    CHECK(sd_bus_message_append(call, "as", 1, "no-env-expand"));
    for (int i = 0; i < 5; ++i) // the command, the list, its variant, the property, the properties
        CHECK(sd_bus_message_close_container(call));
    CHECK(sd_bus_message_append(call, "a(sa(sv))", 0));
    send_call(call);
}

static void stop(int number, int generation) {
    char unit[64];
    snprintf(unit, sizeof unit, "bench-raw-%d-%d@%d.service", own, number, generation);
    sd_bus_message* call;
    CHECK(sd_bus_message_new_method_call(bus, &call, manager, path, interface, "StopUnit"));
    CHECK(sd_bus_message_append(call, "ss", unit, "replace"));
    send_call(call);
}

static int job_removed(sd_bus_message* message, void* data, sd_bus_error* error) {
    (void)data, (void)error;
    const char *job, *unit, *result;
    int number, generation;
    CHECK(sd_bus_message_read(message, "uoss", NULL, &job, &unit, &result));
    int pid;
    if (sscanf(unit, "bench-raw-%d-%d@%d.service", &pid, &number, &generation) != 3 || pid != own)
        return 0;
    if (strcmp(result, "done") != 0) {
        fprintf(stderr, "raw_units: the job of %s ended: %s\n", unit, result);
        exit(1);
    }
    if (restarts && generation == 1)
        start(number, 2);
    --jobs;
    return 0;
}

static void await_jobs(void) {
    while (jobs > 0) {
        const int did = sd_bus_process(bus, NULL);
        CHECK(did);
        if (did == 0)
            CHECK(sd_bus_wait(bus, UINT64_MAX));
    }
}

// For each number, to the end of the last job.
static void timed(void (*action)(int, int), int count, int generation) {
    const int64_t begin = monotonic_ns();
    for (int i = 0; i < count; ++i)
        action(i, generation);
    await_jobs();
    printf("%lld\n", (long long)((monotonic_ns() - begin) / 1000));
}

int main(int argc, char** argv) {
    if (argc < 4) {
        fprintf(stderr, "usage: raw_units COUNT ENVIRONMENT-FILE COMMAND…\n");
        return 2;
    }
    const int count = atoi(argv[1]);
    own = getpid();
    environment_file = argv[2];
    command = argv + 3;
    waiting = calloc(4 * (size_t)count, sizeof *waiting); // two starts and two stops of each
    if (!waiting)
        return 1;
    CHECK(sd_bus_open_system(&bus));
    CHECK(sd_bus_call_method(bus, manager, path, interface, "Subscribe", NULL, NULL, ""));
    CHECK(
        sd_bus_match_signal(bus, NULL, manager, path, interface, "JobRemoved", job_removed, NULL));
    timed(start, count, 1);
    restarts = 1;
    timed(stop, count, 1);
    restarts = 0;
    for (int i = 0; i < count; ++i)
        stop(i, 2);
    await_jobs();
    return 0;
}
