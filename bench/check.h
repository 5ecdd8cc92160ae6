// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// What the programs that call the manager over sd-bus share. Included
// before all others.

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHECK(call)                                                                                \
    do {                                                                                           \
        const int r_ = (call);                                                                     \
        if (r_ < 0) {                                                                              \
            fprintf(stderr, "%s: %s: %s\n", program_invocation_short_name, #call, strerror(-r_));  \
            exit(1);                                                                               \
        }                                                                                          \
    } while (0)

static const char manager[] = "org.freedesktop.systemd1";
static const char path[] = "/org/freedesktop/systemd1";
static const char interface[] = "org.freedesktop.systemd1.Manager";
