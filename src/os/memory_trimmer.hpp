// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// MemoryTrimmer gives memory back to the kernel that a large piece of work needed while it lasted.
// malloc keeps what is freed between what stays: of a project with 1 000 services that has come up,
// a quarter of what is resident. MemoryTrimmer waits until the loop has had little to do for half a
// second, and trims, which takes some milliseconds, when that is worth a quarter of what is
// resident: not after a save that concerns one service. Only daemon/ makes one.

#include "os/event_loop.hpp"

#include <cstddef>
#include <cstdint>

namespace hotreload::os {

class MemoryTrimmer {
public:
    // The loop outlives it.
    explicit MemoryTrimmer(EventLoop& loop);
    MemoryTrimmer(const MemoryTrimmer&) = delete;
    MemoryTrimmer& operator=(const MemoryTrimmer&) = delete;

private:
    void wait_for_quiet();
    void look();
    void trim_if_worthwhile() noexcept;

    EventLoop& loop_;
    Source work_; // enabled while nothing has happened since the last look
    Timer quiet_;
    std::uint64_t iteration_ = 0; // of the loop, at the last look
    std::size_t scattered_ = 0;   // bytes that the last trim could not give back
};

// Bytes of memory that is resident and of no file; 0: it cannot be told.
std::size_t resident_memory() noexcept;

} // namespace hotreload::os
