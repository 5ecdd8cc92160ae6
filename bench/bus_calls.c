// SPDX-License-Identifier: LGPL-2.1-or-later
//
// What a client on the session bus of its user gets of hotreloadd, or of bus_bare.
//
//   bus_calls calls NAME MEMBER TARGET MILLISECONDS    calls of a method, or reads of a property
//   ("-"
//                                                      for the target), one after the other: how
//                                                      many were answered in a second
//   bus_calls signals NAME TARGET COUNT SUBSCRIBERS    from a call of Pause or Resume to
//   PauseChanged
//                                                      at each subscriber: median and p99 in µs
#include "check.h"
#include "receipt.h"

#include <poll.h>
#include <systemd/sd-bus.h>

static const char object[] = "/org/hotreload";
static const char of[] = "org.hotreload.Manager1";

static int compare(const void* a, const void* b) {
    const int64_t left = *(const int64_t*)a, right = *(const int64_t*)b;
    return (left > right) - (left < right);
}

static int measure_calls(const char* name, const char* member, const char* target, int64_t ms) {
    sd_bus* bus;
    CHECK(sd_bus_open_user(&bus));
    int64_t begin = 0;
    int count = 0;
    for (; count == 0 || monotonic_ns() - begin < ms * 1000000; ++count) {
        sd_bus_message* reply;
        if (strcmp(target, "-") == 0)
            CHECK(sd_bus_get_property(bus, name, object, of, member, NULL, &reply, "s"));
        else
            CHECK(sd_bus_call_method(bus, name, object, of, member, NULL, &reply, "sa{sv}", target,
                                     0));
        sd_bus_message_unref(reply);
        if (count == 0) // which may have had to start it
            begin = monotonic_ns();
    }
    --count;
    printf("%.0f\n", count * 1e9 / (double)(monotonic_ns() - begin));
    return 0;
}

struct subscriber {
    sd_bus* bus;
    int64_t heard; // when; 0: not yet
};

static int on_signal(sd_bus_message* signal, void* data, sd_bus_error* error) {
    (void)signal, (void)error;
    ((struct subscriber*)data)->heard = monotonic_ns();
    return 0;
}

// Waits until each has heard.
static void hear(struct subscriber* all, struct pollfd* polled, int count) {
    for (int waiting = count; waiting > 0;) {
        waiting = 0;
        CHECK(poll(polled, (nfds_t)count, 10000) == 0 ? -ETIMEDOUT : 0);
        for (int i = 0; i < count; ++i) {
            while (sd_bus_process(all[i].bus, NULL) > 0) {
            }
            waiting += all[i].heard == 0;
        }
    }
}

static int measure_signals(const char* name, const char* target, int rounds, int count) {
    struct subscriber* all = calloc((size_t)count, sizeof *all);
    struct pollfd* polled = calloc((size_t)count, sizeof *polled);
    int64_t* took = calloc((size_t)rounds * (size_t)count, sizeof *took);
    CHECK(all && polled && took ? 0 : -ENOMEM);
    for (int i = 0; i < count; ++i) {
        CHECK(sd_bus_open_user(&all[i].bus));
        CHECK(sd_bus_match_signal(all[i].bus, NULL, name, object, of, "PauseChanged", on_signal,
                                  &all[i]));
        polled[i] = (struct pollfd){.fd = sd_bus_get_fd(all[i].bus), .events = POLLIN};
    }
    sd_bus* bus;
    CHECK(sd_bus_open_user(&bus));
    for (int round = 0; round < rounds; ++round) {
        for (int i = 0; i < count; ++i)
            all[i].heard = 0;
        sd_bus_message* call;
        CHECK(sd_bus_message_new_method_call(bus, &call, name, object, of,
                                             round % 2 ? "Resume" : "Pause"));
        CHECK(sd_bus_message_append(call, "sa{sv}", target, 0));
        const int64_t begin = monotonic_ns();
        CHECK(sd_bus_send(bus, call, NULL));
        CHECK(sd_bus_flush(bus));
        sd_bus_message_unref(call);
        hear(all, polled, count);
        for (int i = 0; i < count; ++i)
            took[round * count + i] = all[i].heard - begin;
        sd_bus_message* reply; // nothing is under way when the next begins
        CHECK(sd_bus_call_method(bus, name, "/org/hotreload", "org.freedesktop.DBus.Peer", "Ping",
                                 NULL, &reply, ""));
        sd_bus_message_unref(reply);
    }
    const size_t heard = (size_t)rounds * (size_t)count;
    qsort(took, heard, sizeof *took, compare);
    printf("%lld %lld\n", (long long)took[heard / 2] / 1000,
           (long long)took[heard * 99 / 100] / 1000);
    return 0;
}

int main(int argc, char** argv) {
    if (argc == 6 && strcmp(argv[1], "calls") == 0)
        return measure_calls(argv[2], argv[3], argv[4], atoll(argv[5]));
    if (argc == 6 && strcmp(argv[1], "signals") == 0)
        return measure_signals(argv[2], argv[3], atoi(argv[4]), atoi(argv[5]));
    fprintf(stderr, "usage: bus_calls calls NAME MEMBER TARGET MILLISECONDS\n"
                    "       bus_calls signals NAME TARGET COUNT SUBSCRIBERS\n");
    return 2;
}
