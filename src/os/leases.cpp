// SPDX-License-Identifier: LGPL-2.1-or-later
#include "os/leases.hpp"

#include "os/opener.hpp"
#include "os/proc.hpp"

#include <fcntl.h>

#include <algorithm>
#include <csignal>
#include <memory>

namespace hotreload::os {

struct Leases::Entry {
    Entry(EventLoop& loop, Fd opened, OnOpened then)
        : file(std::move(opened)), on_opened(std::move(then)), patience(loop) {}

    Fd file; // none: given up
    OnOpened on_opened;
    Timer patience;
};

namespace {

// The tries to find the writer. Each looks at every process of the machine: 1 ms, 2 ms, … 128 ms
// apart; by then, a writer that is not found did not wait at all (O_NONBLOCK).
constexpr int kTries = 8;
constexpr Duration kFirstRetry = std::chrono::milliseconds(1);
// A file that is open keeps its mount busy, and its space when it is removed: a writer who has not
// come by then is not waited for.
constexpr Duration kPatience = std::chrono::seconds(30);

int break_signal() {
    return SIGRTMIN + 1;
}

// Control groups of all who wait for any lease to be given back: nothing tells who waits for which.
std::vector<std::string> groups_that_wait() {
    std::vector<std::string> groups;
    for (const auto& process : process_ids())
        if (first_line("/proc/" + process + "/wchan") == "__break_lease")
            if (auto group = control_group(process); !group.empty()) // else it has gone meanwhile
                groups.push_back(std::move(group));
    return groups;
}

} // namespace

Leases::Leases(EventLoop& loop)
    : loop_(loop), again_(loop), signal_(loop, break_signal(), [this] { broken(); }) {}

Writers::Handle Leases::find_writer(const std::string& path, OnOpened on_opened) {
    auto opened = Opener().open(path);
    if (!opened || fcntl(opened->fd.get(), F_SETSIG, break_signal()) < 0 ||
        fcntl(opened->fd.get(), F_SETLEASE, F_RDLCK) < 0)
        return nullptr;
    auto entry = std::make_shared<Entry>(loop_, std::move(opened->fd), std::move(on_opened));
    entry->patience.arm(kPatience, [given_up = entry.get()] { given_up->file = Fd(); });
    std::erase_if(entries_, [](const auto& each) { return each.expired(); });
    entries_.push_back(entry);
    return entry;
}

// A signal may stand for several. While a lease is being broken, the kernel tells it as what it is
// to become.
void Leases::broken() {
    std::vector<std::shared_ptr<Entry>> opened;
    for (const auto& each : entries_)
        if (auto entry = each.lock();
            entry && entry->file && fcntl(entry->file.get(), F_GETLEASE) != F_RDLCK)
            opened.push_back(std::move(entry));
    if (opened.empty())
        return;
    // The signal comes before whoever opens the file has gone to sleep; the waiting does not end.
    const auto groups = groups_that_wait();
    if (groups.empty() && tries_ < kTries) {
        again_.arm(kFirstRetry * (1 << tries_++), [this] { broken(); });
        return;
    }
    tries_ = 0;
    for (const auto& entry : opened) {
        fcntl(entry->file.get(), F_SETLEASE, F_UNLCK);
        entry->file = Fd();
        std::erase_if(entries_, [&](const auto& each) { return each.lock() == entry; });
        if (entry.use_count() > 1) // a call before it may have let go of the handle
            entry->on_opened(groups);
    }
}

} // namespace hotreload::os
