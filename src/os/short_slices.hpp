// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// A header alone, for a program that links nothing of this folder, too.

#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdint>

namespace hotreload::os {

// Short slices are for a process that works for a moment and then waits, while somebody waits for
// it: among those that compute for long, it goes first when it wakes. This is the kernel's shortest
// slice of time, where one can be asked for (6.12); elsewhere, all is as it was. A policy and a
// nice value that somebody has set stay.
inline void ask_for_short_slices() noexcept {
    struct Attributes { // of sched_setattr(2), which the C library declares since 2.41
        std::uint32_t size = sizeof(Attributes);
        std::uint32_t policy = SCHED_OTHER;
        std::uint64_t flags = 0;
        std::int32_t nice = 0;
        std::uint32_t priority = 0;
        std::uint64_t slice = 0; // ns
        std::uint64_t deadline = 0;
        std::uint64_t period = 0;
    } attributes;
    if (::syscall(SYS_sched_getattr, 0, &attributes, sizeof attributes, 0) < 0 ||
        attributes.policy != SCHED_OTHER)
        return;
    attributes.slice = 100'000;
    ::syscall(SYS_sched_setattr, 0, &attributes, 0);
}

} // namespace hotreload::os
