// SPDX-License-Identifier: LGPL-2.1-or-later
//
// The least that a service on the bus can be, for comparison: org.hotreload.Manager1 as far as
// bus_calls asks for it, under another name. It does nothing but answer.
//
//   bus_bare NAME BYTES_OF_PLAN BYTES_OF_STATUS
#include "check.h"

#include <systemd/sd-bus.h>

static char* texts[2];

static char* text_of(const char* bytes) {
    const size_t size = (size_t)atoll(bytes);
    char* text = malloc(size + 1);
    CHECK(text ? 0 : -ENOMEM);
    memset(text, 'x', size);
    text[size] = 0;
    return text;
}

static int answer(sd_bus_message* call, void* data, sd_bus_error* error) {
    (void)data, (void)error;
    const int is_status = strcmp(sd_bus_message_get_member(call), "Status") == 0;
    return sd_bus_reply_method_return(call, "s", texts[is_status]);
}

static int pause_or_resume(sd_bus_message* call, void* data, sd_bus_error* error) {
    (void)data, (void)error;
    const char* target;
    CHECK(sd_bus_message_read(call, "s", &target));
    const int paused = strcmp(sd_bus_message_get_member(call), "Pause") == 0;
    CHECK(sd_bus_emit_signal(sd_bus_message_get_bus(call), "/org/hotreload",
                             "org.hotreload.Manager1", "PauseChanged", "ssbtsu", target, "", paused,
                             (uint64_t)0, "", (uint32_t)0));
    return sd_bus_reply_method_return(call, "");
}

static int version(sd_bus* bus, const char* at, const char* of, const char* property,
                   sd_bus_message* reply, void* data, sd_bus_error* error) {
    (void)bus, (void)at, (void)of, (void)property, (void)data, (void)error;
    return sd_bus_message_append(reply, "s", "0.1.0");
}

static const sd_bus_vtable methods[] = {
    SD_BUS_VTABLE_START(0),
    SD_BUS_PROPERTY("Version", "s", version, 0, SD_BUS_VTABLE_PROPERTY_CONST),
    SD_BUS_METHOD("Plan", "sa{sv}", "s", answer, SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_METHOD("Status", "sa{sv}", "s", answer, SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_METHOD("Pause", "sa{sv}", "", pause_or_resume, SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_METHOD("Resume", "sa{sv}", "", pause_or_resume, SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_SIGNAL("PauseChanged", "ssbtsu", 0),
    SD_BUS_VTABLE_END,
};

int main(int argc, char** argv) {
    if (argc != 4) {
        fprintf(stderr, "usage: bus_bare NAME BYTES_OF_PLAN BYTES_OF_STATUS\n");
        return 2;
    }
    texts[0] = text_of(argv[2]);
    texts[1] = text_of(argv[3]);
    sd_bus* bus;
    CHECK(sd_bus_open_user(&bus));
    CHECK(sd_bus_add_object_vtable(bus, NULL, "/org/hotreload", "org.hotreload.Manager1", methods,
                                   NULL));
    CHECK(sd_bus_request_name(bus, argv[1], 0));
    printf("ready\n");
    fflush(stdout);
    for (;;) {
        int r;
        while ((r = sd_bus_process(bus, NULL)) > 0) {
        }
        if (r < 0) // the bus is gone
            return 0;
        CHECK(sd_bus_wait(bus, UINT64_MAX));
    }
}
