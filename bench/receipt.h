// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// What a target sends to the driver for each SIGHUP: who, and when by CLOCK_MONOTONIC, which all
// processes of one kernel share.

#include <stdint.h>
#include <time.h>

struct receipt {
    char name[32];
    int64_t monotonic_ns;
};

static inline int64_t monotonic_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}
