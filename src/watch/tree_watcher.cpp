// SPDX-License-Identifier: LGPL-2.1-or-later
#include "watch/tree_watcher.hpp"

#include <algorithm>
#include <cstring>
#include <format>
#include <fstream>
#include <iterator>
#include <limits>
#include <utility>

namespace hotreload::watch {

namespace {

constexpr unsigned kPollShare = 20;  // of the time, at most the n-th part
constexpr unsigned kScanShare = 100; // likewise
constexpr auto kSlice = std::chrono::milliseconds(2);
constexpr Duration kMaxScanSlack = std::chrono::seconds(10);
// Overflows that follow each other more closely are one burst, and one warning.
constexpr Duration kBurst = std::chrono::seconds(10);

Duration since(std::chrono::steady_clock::time_point begin) {
    return std::chrono::duration_cast<Duration>(std::chrono::steady_clock::now() - begin);
}

std::size_t read_number(const std::string& path) {
    std::size_t number = 0;
    if (!(std::ifstream(path) >> number))
        return std::numeric_limits<std::size_t>::max();
    return number;
}

// "raise fs.inotify.max_user_watches from 8192 to at least 8229". In a container with users of
// its own, the limit of its user namespace may be the narrower one.
std::string advice(const std::string& what, std::size_t needed) {
    const auto global = read_number("/proc/sys/fs/inotify/max_user_" + what);
    const auto own = read_number("/proc/sys/user/max_inotify_" + what);
    const auto limit = std::min(global, own);
    const auto name = own < global ? "user.max_inotify_" + what : "fs.inotify.max_user_" + what;
    if (limit == std::numeric_limits<std::size_t>::max())
        return "raise " + name;
    return std::format("raise {} from {} to at least {}", name, limit, std::max(limit + 1, needed));
}

} // namespace

Result<std::unique_ptr<TreeWatcher>> TreeWatcher::make(os::EventLoop& loop,
                                                       TreeWatcherOptions options) {
    auto inotify = os::Inotify::open();
    if (!inotify && inotify.error() != EMFILE)
        return fail_errno(inotify.error(), "opening inotify");
    return std::make_unique<TreeWatcher>(loop, inotify ? *std::move(inotify) : os::Inotify::none(),
                                         std::move(options));
}

TreeWatcher::TreeWatcher(os::EventLoop& loop, os::Inotify inotify, TreeWatcherOptions options)
    : loop_(loop),
      options_(std::move(options)),
      inotify_(std::move(inotify)),
      directories_(inotify_, FileSystems(options_.file_system_magic)),
      reader_(opener_, loop),
      soon_(loop),
      poll_(loop),
      scan_(loop),
      answer_(loop),
      go_on_(loop),
      mounts_(loop, [this](const std::set<std::string>& points) {
          directories_.file_systems().forget();
          const std::unordered_set<std::string> changed(points.begin(), points.end());
          for (auto* user : users_)
              user->mounts_changed(changed);
          serve();
      }) {
    listen();
}

const EventLog& TreeWatcher::log() const {
    return directories_.log();
}

void TreeWatcher::listen() {
    if (inotify_)
        readable_.emplace(loop_, inotify_.fd(), [this] {
            collect();
            serve();
        });
}

void TreeWatcher::join(TreeUser& user) {
    users_.push_back(&user);
}

void TreeWatcher::leave(TreeUser& user) {
    const auto at = std::ranges::find(users_, &user);
    if (scanning_ && static_cast<std::size_t>(at - users_.begin()) < scan_at_)
        --scan_at_;
    users_.erase(at);
    std::ranges::replace(touched_, &user, nullptr);
    std::erase(settling_, &user);
    settled(user);
}

void TreeWatcher::touched(TreeUser& user) {
    if (std::ranges::find(touched_, &user) != touched_.end())
        return;
    touched_.push_back(&user);
    if (!serving_ && !soon_.armed())
        soon_.arm(Duration::zero(), [this] { serve(); });
}

void TreeWatcher::collect() {
    if (!inotify_)
        return;
    for (bool more = true; more;) {
        auto read = inotify_.read();
        more = os::Inotify::full(read);
        directories_.log().set_time(loop_.realtime_usec());
        while (const auto event = os::take_event(read))
            dispatch(*event);
    }
}

void TreeWatcher::dispatch(const os::InotifyEvent& event) {
    reader_.doubt();
    if (event.mask & IN_Q_OVERFLOW)
        overflow();
    else
        directories_.dispatch(event);
}

void TreeWatcher::overflow() {
    auto& log = directories_.log();
    log.add("", "", IN_Q_OVERFLOW);
    log.note(Fate::Overflow);
    log.done();
    ++overflows_;
    const auto now = loop_.now();
    if (on_warning && (!last_overflow_ || now - *last_overflow_ > kBurst))
        on_warning("The kernel's queue of file events overflowed: looking at all watched files.");
    last_overflow_ = now;
    suspect_everything();
}

void TreeWatcher::suspect_everything() {
    for (auto* user : users_)
        user->everything_suspect();
}

void TreeWatcher::serve() {
    soon_.disarm();
    serving_ = true;
    const auto until = end_of_slice();
    for (std::size_t i = 0; i < touched_.size(); ++i)
        if (auto* user = std::exchange(touched_[i], nullptr))
            user->queue_drained(until);
    touched_.clear();
    serving_ = false;
    settle_due();
    review();
}

std::chrono::steady_clock::time_point TreeWatcher::end_of_slice() {
    return std::chrono::steady_clock::now() + kSlice;
}

void TreeWatcher::settle_due() {
    for (auto* user : users_)
        if (user->due() && !std::ranges::contains(settling_, user))
            settling_.push_back(user);
    const auto until = end_of_slice();
    while (!settling_.empty() && std::chrono::steady_clock::now() < until) {
        auto* const user = settling_.front();
        settling_.pop_front();
        if (user->due() && !user->settle(until))
            settling_.push_back(user); // others do not wait for all of it
    }
    if (settling_.empty())
        return reader_.let_go();
    reader_.hold();
    go_on_.arm(Duration::zero(), [this] { settle_due(); });
}

void TreeWatcher::review() {
    review_limits();
    if (std::ranges::none_of(users_, &TreeUser::polled)) {
        poll_.disarm();
    } else if (!poll_.armed()) {
        poll_.arm(std::max(options_.poll_interval, kPollShare * poll_took_), [this] { poll(); });
    }
    if (std::ranges::none_of(users_, &TreeUser::scannable)) {
        scanning_ = false;
        scan_.disarm();
    } else if (!scan_.armed()) {
        rest_until_next_scan();
    }
}

// Sets whose state names the numbers hear when they have changed.
void TreeWatcher::review_limits() {
    const std::pair limits(watches(), directories_.unwatched());
    if (limits.second == 0)
        told_limit_ = false;
    else if (!std::exchange(told_limit_, true) && on_warning)
        on_warning(limit_text(limits.second));
    const auto before = std::exchange(last_limits_, limits);
    if (before == limits || before.second + limits.second == 0)
        return;
    for (auto* user : users_)
        if (user->polled())
            touched(*user);
}

std::string TreeWatcher::limit_text(std::size_t directories) const {
    if (directories == 0)
        return "";
    return std::format("{} {} polled: {}", directories,
                       directories == 1 ? "directory is" : "directories are",
                       inotify_ ? advice("watches", watches() + directories_.unwatched())
                                : advice("instances", 0));
}

void TreeWatcher::poll() {
    const auto begin = std::chrono::steady_clock::now();
    if (!inotify_)
        try_for_an_instance();
    for (auto* user : users_)
        if (user->polled())
            user->poll();
    poll_took_ = since(begin);
    serve();
}

void TreeWatcher::try_for_an_instance() {
    auto inotify = os::Inotify::open();
    if (!inotify)
        return;
    inotify_ = *std::move(inotify);
    listen();
    for (auto* user : users_)
        user->everything_suspect();
}

// The first comes an interval after there is something to scan: it was read just now.
void TreeWatcher::rest_until_next_scan() {
    const auto rest = std::max(options_.scan_interval, kScanShare * scan_took_);
    scan_took_ = {};
    scanning_ = false;
    scan_.arm(rest, std::min(rest / 4, kMaxScanSlack), [this] {
        scanning_ = true;
        scan_at_ = 0;
        scan();
    });
}

// A slice; the loop does what else there is between two of them.
void TreeWatcher::scan() {
    const auto begin = std::chrono::steady_clock::now();
    const auto until = begin + kSlice;
    while (scan_at_ < users_.size() && std::chrono::steady_clock::now() < until)
        if (users_[scan_at_]->scan_some(until))
            ++scan_at_;
    scan_took_ += since(begin);
    if (scan_at_ < users_.size())
        scan_.arm(Duration::zero(), [this] { scan(); });
    else
        rest_until_next_scan();
}

// Reading the queue to its end is enough, without a file written to wait for (a cookie): the
// kernel queues an event within the system call that causes it, before that returns. So it does
// for the last close(2), whose work is deferred to the closing thread's way back out of the
// kernel, and for a process that ends, before its parent is told. What is put off further (the
// descriptors in a socket's buffer, io_uring) is not ordered with a cookie's events either.
void TreeWatcher::sync(std::move_only_function<void()> done) {
    collect();
    for (auto* user : users_) {
        if (user->polled())
            user->poll();
        user->written_suspect(); // one that was, just now, may be closed
    }
    serve();
    Sync sync{{}, std::move(done)};
    for (auto* user : users_)
        if (user->unsettled())
            sync.waiting.push_back(user);
    syncs_.push_back(std::move(sync));
    answer_syncs();
}

void TreeWatcher::settled(TreeUser& user) {
    if (syncs_.empty())
        return;
    for (auto& sync : syncs_)
        std::erase(sync.waiting, &user);
    answer_syncs();
}

// Answers come from the loop: the set that has settled has yet to tell it.
void TreeWatcher::answer_syncs() {
    if (std::ranges::any_of(syncs_, [](const Sync& sync) { return sync.waiting.empty(); }))
        answer_.arm(Duration::zero(), [this] {
            const auto first = std::ranges::stable_partition(
                syncs_, [](const Sync& sync) { return !sync.waiting.empty(); });
            std::vector<Sync> answered(std::move_iterator(first.begin()),
                                       std::move_iterator(first.end()));
            syncs_.erase(first.begin(), first.end());
            for (auto& sync : answered)
                sync.done();
        });
}

} // namespace hotreload::watch
