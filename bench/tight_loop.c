// SPDX-License-Identifier: LGPL-2.1-or-later
//
// The least that gets from a saved file to a signal: what hotreload is measured against. It reads
// no content, keeps no record and checks nothing.
//
//   tight_loop reload FILE UNIT     ReloadUnit over the system bus
//   tight_loop kill-unit FILE UNIT  KillUnit(main, SIGHUP) over the system bus
//   tight_loop kill FILE PID        kill(2): the floor
#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <systemd/sd-bus.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#define MANAGER                                                                                    \
    "org.freedesktop.systemd1", "/org/freedesktop/systemd1", "org.freedesktop.systemd1.Manager"

static sd_bus* bus;

static int act_reload(const char* unit) {
    return sd_bus_call_method(bus, MANAGER, "ReloadUnit", NULL, NULL, "ss", unit, "replace");
}

static int act_kill_unit(const char* unit) {
    return sd_bus_call_method(bus, MANAGER, "KillUnit", NULL, NULL, "ssi", unit, "main", SIGHUP);
}

static int act_kill(const char* pid) {
    return kill(atoi(pid), SIGHUP) < 0 ? -errno : 0;
}

static int die(const char* what, int error) {
    fprintf(stderr, "tight_loop: %s: %s\n", what, strerror(error));
    return 1;
}

// Ends only by a signal or an error.
static int loop(int inotify, const char* name, int (*act)(const char*), const char* target) {
    _Alignas(struct inotify_event) char buffer[16 * (sizeof(struct inotify_event) + NAME_MAX + 1)];
    for (;;) {
        const ssize_t size = read(inotify, buffer, sizeof buffer);
        if (size < 0 && errno == EINTR)
            continue;
        if (size < 0)
            return die("read", errno);
        bool saved = false;
        for (const char* next = buffer; next < buffer + size;) {
            const struct inotify_event* event = (const struct inotify_event*)next;
            saved = saved || (event->len > 0 && strcmp(event->name, name) == 0);
            next += sizeof *event + event->len;
        }
        const int result = saved ? act(target) : 0;
        if (result < 0)
            return die(target, -result);
    }
}

int main(int argc, char** argv) {
    int (*act)(const char*) = NULL;
    if (argc == 4 && strcmp(argv[1], "reload") == 0)
        act = act_reload;
    else if (argc == 4 && strcmp(argv[1], "kill-unit") == 0)
        act = act_kill_unit;
    else if (argc == 4 && strcmp(argv[1], "kill") == 0)
        act = act_kill;
    if (!act) {
        fprintf(stderr, "usage: tight_loop reload|kill-unit|kill FILE UNIT|PID\n");
        return 2;
    }
    const int result = act == act_kill ? 0 : sd_bus_open_system(&bus);
    if (result < 0)
        return die("system bus", -result);

    char directory[PATH_MAX], name[PATH_MAX];
    snprintf(directory, sizeof directory, "%s", argv[2]);
    snprintf(name, sizeof name, "%s", argv[2]);
    const int inotify = inotify_init1(IN_CLOEXEC);
    if (inotify < 0 ||
        inotify_add_watch(inotify, dirname(directory), IN_CLOSE_WRITE | IN_MOVED_TO) < 0)
        return die(argv[2], errno);
    sd_notify(0, "READY=1");
    return loop(inotify, basename(name), act, argv[3]);
}
