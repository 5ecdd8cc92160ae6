// SPDX-License-Identifier: LGPL-2.1-or-later
#include "watch/tree_watcher.hpp"

#include <algorithm>
#include <fstream>

namespace hotreload::watch {

namespace {

constexpr Duration kPoll = std::chrono::seconds(2);

} // namespace

Result<std::unique_ptr<TreeWatcher>> TreeWatcher::make(os::EventLoop& loop) {
    auto inotify = os::Inotify::open();
    if (!inotify)
        return std::unexpected(std::move(inotify.error()));
    return std::make_unique<TreeWatcher>(loop, *std::move(inotify));
}

TreeWatcher::TreeWatcher(os::EventLoop& loop, os::Inotify inotify)
    : loop_(loop),
      inotify_(std::move(inotify)),
      directories_(inotify_),
      soon_(loop),
      poll_(loop),
      readable_(loop, inotify_.fd(), [this] {
          collect();
          serve();
      }) {}

void TreeWatcher::join(TreeUser& user) {
    users_.push_back(&user);
}

void TreeWatcher::leave(TreeUser& user) {
    std::erase(users_, &user);
    std::ranges::replace(touched_, &user, nullptr);
}

void TreeWatcher::touched(TreeUser& user) {
    if (std::ranges::find(touched_, &user) != touched_.end())
        return;
    touched_.push_back(&user);
    if (!serving_ && !soon_.armed())
        soon_.arm(Duration::zero(), [this] { serve(); });
}

void TreeWatcher::collect() {
    for (bool more = true; more;) {
        auto read = inotify_.read();
        more = os::Inotify::full(read);
        while (const auto event = os::take_event(read))
            dispatch(*event);
    }
}

void TreeWatcher::dispatch(const os::InotifyEvent& event) {
    if (event.mask & IN_Q_OVERFLOW)
        overflow();
    else
        directories_.dispatch(event);
}

void TreeWatcher::overflow() {
    if (on_warning)
        on_warning("The kernel's queue of file events overflowed: looking at all watched files.");
    for (auto* user : users_)
        user->everything_suspect();
}

void TreeWatcher::serve() {
    soon_.disarm();
    serving_ = true;
    for (std::size_t i = 0; i < touched_.size(); ++i)
        if (auto* user = std::exchange(touched_[i], nullptr))
            user->queue_drained();
    touched_.clear();
    serving_ = false;
    check_limit();
}

void TreeWatcher::check_limit() {
    if (directories_.unwatched() == 0) {
        told_limit_ = false;
        poll_.disarm();
        return;
    }
    if (!std::exchange(told_limit_, true) && on_warning)
        on_warning(incomplete());
    if (!poll_.armed())
        poll_.arm(kPoll, [this] {
            for (auto* user : users_)
                user->everything_suspect();
            serve();
        });
}

std::string TreeWatcher::incomplete() const {
    const auto unwatched = directories_.unwatched();
    if (unwatched == 0)
        return "";
    std::size_t limit = 0;
    std::ifstream("/proc/sys/fs/inotify/max_user_watches") >> limit;
    return std::to_string(unwatched) +
           " directories are polled, for the kernel does not watch any more: raise "
           "fs.inotify.max_user_watches from " +
           std::to_string(limit) + " to at least " +
           std::to_string(std::max(limit, watches()) + unwatched);
}

} // namespace hotreload::watch
