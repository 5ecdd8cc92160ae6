// SPDX-License-Identifier: LGPL-2.1-or-later
// Prints a published document, as JSON, whenever its meaning changes: [configs.NAME] of hotreload.toml(5).
//
//     cc -o reader reader.c $(pkg-config --cflags --libs libsystemd)
//     ./reader PROJECT CONFIG [--system]
//
// A subscription is to a path and an interface, so it survives a restart of hotreloadd: there is no need to
// look who owns the name.

#define _GNU_SOURCE // asprintf
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-bus.h>

static const char *const service = "org.hotreload";
static const char *const interface = "org.hotreload.Config1";

// Names are escaped in paths ('-' is "_2d"): never put them together by hand.
static char *config_path(const char *project, const char *config) {
    char *project_path = NULL, *prefix = NULL, *path = NULL;
    if (sd_bus_path_encode("/org/hotreload/project", project, &project_path) >= 0 &&
        asprintf(&prefix, "%s/config", project_path) >= 0)
        sd_bus_path_encode(prefix, config, &path);
    free(project_path);
    free(prefix);
    return path;
}

static int print_value(sd_bus_message *reply, void *data, sd_bus_error *unused) {
    (void)data;
    (void)unused;
    const char *json = NULL;
    uint64_t revision = 0;
    const sd_bus_error *error = sd_bus_message_get_error(reply);
    if (error) {
        fprintf(stderr, "%s\n", error->message);
        return 0;
    }
    int r = sd_bus_message_read(reply, "st", &json, &revision);
    if (r >= 0 && revision > 0) // 0: there was no valid value yet
        printf("%llu %s\n", (unsigned long long)revision, json);
    fflush(stdout);
    return r;
}

static int ask(sd_bus *bus, const char *path) {
    return sd_bus_call_method_async(bus, NULL, service, path, interface, "GetValue", print_value, NULL, "a{sv}", 0);
}

static int ask_again(sd_bus_message *changed, void *path, sd_bus_error *unused) {
    (void)unused;
    return ask(sd_bus_message_get_bus(changed), path);
}

int main(int argc, char **argv) {
    if (argc < 3)
        return 2;
    sd_bus *bus = NULL;
    char *path = config_path(argv[1], argv[2]);
    int r = !path ? -1 : argc > 3 ? sd_bus_open_system(&bus) : sd_bus_open_user(&bus);
    // First the match, then the question: nothing is missed in between.
    if (r >= 0)
        r = sd_bus_match_signal(bus, NULL, service, path, "org.freedesktop.DBus.Properties", "PropertiesChanged",
                                ask_again, path);
    if (r >= 0)
        r = ask(bus, path);
    while (r >= 0) {
        r = sd_bus_process(bus, NULL);
        if (r == 0)
            r = sd_bus_wait(bus, UINT64_MAX);
    }
    fprintf(stderr, "%s\n", strerror(-r));
    sd_bus_flush_close_unref(bus);
    free(path);
    return 1;
}
