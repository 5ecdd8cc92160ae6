// SPDX-License-Identifier: LGPL-2.1-or-later
#include "os/memory_trimmer.hpp"

#include <malloc.h>
#include <systemd/sd-event.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <system_error>

namespace hotreload::os {

namespace {

constexpr auto kQuietTime = std::chrono::milliseconds(500);
constexpr auto kSlack = std::chrono::milliseconds(100);

// Iterations of the loop in that time that are little to do: a service that writes where it is
// watched keeps the loop from ever having nothing to do. Work has hundreds.
constexpr std::uint64_t kLittle = 25;

constexpr std::size_t kWorthwhile = 1024 * 1024;

// Resident bytes that nothing is kept in.
std::size_t free_memory() noexcept {
    const auto heap = ::mallinfo2();
    const auto resident = resident_memory();
    return resident - std::min(resident, heap.uordblks + heap.hblkhd);
}

} // namespace

std::size_t resident_memory() noexcept {
    std::size_t size = 0, resident = 0, of_files = 0;
    std::ifstream("/proc/self/statm") >> size >> resident >> of_files; // pages
    return (resident - of_files) * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

MemoryTrimmer::MemoryTrimmer(EventLoop& loop) : loop_(loop), quiet_(loop) {
    sd_event_source* source = nullptr;
    constexpr auto at_work = [](sd_event_source*, void* self) noexcept {
        static_cast<MemoryTrimmer*>(self)->wait_for_quiet();
        return 0;
    };
    int r = sd_event_add_post(loop.handle(), &source, at_work, this);
    if (r >= 0) {
        work_.reset(source);
        r = sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
    }
    if (r < 0)
        throw std::system_error(-r, std::generic_category(), "waiting for work");
}

void MemoryTrimmer::wait_for_quiet() {
    (void)sd_event_get_iteration(loop_.handle(), &iteration_);
    quiet_.arm(kQuietTime, kSlack, [this] { look(); });
}

void MemoryTrimmer::look() {
    std::uint64_t iteration = 0;
    (void)sd_event_get_iteration(loop_.handle(), &iteration);
    if (iteration - iteration_ > kLittle)
        return wait_for_quiet();
    trim_if_worthwhile();
    (void)sd_event_source_set_enabled(work_.get(), SD_EVENT_ONESHOT);
}

void MemoryTrimmer::trim_if_worthwhile() noexcept {
    const auto free = free_memory();
    scattered_ = std::min(scattered_, free);
    if (free < scattered_ + std::max(kWorthwhile, resident_memory() / 4))
        return;
    (void)sd_event_trim_memory(); // malloc_trim(3), and what libsystemd keeps
    scattered_ = free_memory();
}

} // namespace hotreload::os
