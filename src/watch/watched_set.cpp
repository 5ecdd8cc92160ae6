// SPDX-License-Identifier: LGPL-2.1-or-later
#include "watch/watched_set.hpp"

#include "watch/paths.hpp"

#include <algorithm>
#include <format>

namespace hotreload::watch {

namespace {

// 1 ms, 4 ms, … 16 s, then no more.
constexpr int kMaxRetries = 8;
constexpr Duration kFirstRetry = std::chrono::milliseconds(1);

constexpr auto kToTheEnd = std::chrono::steady_clock::time_point::max();

} // namespace

Result<std::unique_ptr<WatchedSet>>
WatchedSet::make(TreeWatcher& watcher, const std::vector<WatchDefinition>& definitions,
                 OnSettled on_settled, OnRead on_read) {
    auto selection = Selection::parse(definitions);
    if (!selection)
        return std::unexpected(std::move(selection.error()));
    return std::make_unique<WatchedSet>(watcher, *std::move(selection), std::move(on_settled),
                                        std::move(on_read));
}

WatchedSet::WatchedSet(TreeWatcher& watcher, Selection selection, OnSettled on_settled,
                       OnRead on_read)
    : watcher_(watcher),
      selection_(std::move(selection)),
      on_settled_(std::make_shared<OnSettled>(std::move(on_settled))),
      tree_(watcher.directories(), watcher.opener(), selection_, *this),
      files_(
          {watcher.loop(), watcher.directories(), watcher.reader(), watcher.opener(), selection_,
           tree_},
          [this](const Timing& timing) { dirty(timing); }, std::move(on_read)),
      timer_(watcher.loop()),
      retry_(watcher.loop()) {
    watcher_.join(*this);
}

WatchedSet::~WatchedSet() {
    resume_those_who_wait();
    watcher_.leave(*this);
}

Look WatchedSet::look(Rescan how) {
    // Events that are queued have happened before now.
    watcher_.collect();
    refresh(looked_ ? how : Rescan::All, kToTheEnd);
    looked_ = true;
    watcher_.review();
    if (update_state())
        watcher_.touched(*this); // whoever shows it hears of it, but not in the middle of this
    return {files_.snapshot(), files_.take_changes()};
}

Task<> WatchedSet::look_ahead(Rescan how) {
    watcher_.collect();
    const bool done = refresh(looked_ ? how : Rescan::All, watcher_.end_of_slice());
    looked_ = true;
    if (done)
        co_return;
    Completion<bool> looked(watcher_.loop());
    waiting_.push_back(looked.resolver());
    watcher_.settle_due();
    co_await looked; // the set may have ended by now
}

void WatchedSet::resume_those_who_wait() {
    for (const auto& resolve : std::exchange(waiting_, {}))
        resolve(true);
}

PathMatch WatchedSet::explain(const std::string& path) const {
    auto match = selection_.explain(path);
    const auto left = tree_.left_out(parent_of(path));
    const auto& snapshot = files_.snapshot();
    const Problem* problem = nullptr;
    for (const auto* const problems : {&snapshot.unreadable, &snapshot.unseen})
        for (const auto& each : *problems)
            if (each.path == path)
                problem = &each;
    if (!left && !problem)
        return match;
    match.watched = false;
    for (auto& each : match.watches) {
        const auto pattern = Glob::parse(each.pattern);
        if (each.pattern.empty() || !pattern)
            continue;
        // Where a pattern begins is gone to by itself, even behind what is left out.
        const auto base = pattern->base();
        const bool begins_behind =
            left && at_or_below(base, left->path) && (base != left->path || tree_.has(base));
        if (problem)
            each.left_out = problem->message;
        else if (!begins_behind)
            each.left_out = left->why;
        match.watched = match.watched || (each.excluded_by.empty() && each.left_out.empty() &&
                                          match.built_in.empty());
    }
    return match;
}

std::set<std::string> WatchedSet::names_of(const std::string& physical) const {
    std::set<std::string> names;
    tree_.add_names_of(physical, names);
    files_.add_names_of(physical, names);
    names.erase(physical);
    return names;
}

void WatchedSet::everything_suspect() {
    all_suspect_ = true;
    dirty(selection_.timing());
}

void WatchedSet::written_suspect() {
    files_.suspect_written();
}

void WatchedSet::mounts_changed(const std::unordered_set<std::string>& points) {
    tree_.mounts_changed(points);
    files_.mounts_changed(points);
}

bool WatchedSet::polled() const {
    return tree_.polled() || files_.polled();
}

void WatchedSet::poll() {
    listed_ |= tree_.in_the_middle();
    tree_.poll();
    files_.poll();
    watcher_.opener().forget();
    watcher_.touched(*this); // its state may be another
}

bool WatchedSet::scannable() const {
    return !files_.empty();
}

bool WatchedSet::scan_some(std::chrono::steady_clock::time_point until) {
    return files_.scan_some(until);
}

bool WatchedSet::unsettled() const {
    return debounce_.due().has_value() || tree_.in_the_middle();
}

void WatchedSet::file_event(const std::string& directory, const EntryEvent& event) {
    files_.event(directory, event);
}

void WatchedSet::file_found(const std::string& directory, std::string_view name, bool regular) {
    files_.found(directory, name, regular);
}

void WatchedSet::file_suspect(const std::string& directory, std::string_view name) {
    files_.suspect(directory, name);
}

void WatchedSet::files_suspect(const std::string& directory) {
    files_.suspect_below(directory);
}

void WatchedSet::tree_suspect() {
    tree_suspect_ = true;
    watcher_.touched(*this);
}

void WatchedSet::dirty(const Timing& timing) {
    changed_at_ = watcher_.loop().now();
    debounce_.event(changed_at_, timing);
    watcher_.touched(*this);
}

// New directories are watched and listed at once, not when the burst has settled: what happens in
// them belongs to it.
void WatchedSet::queue_drained(std::chrono::steady_clock::time_point until) {
    (void)repair_tree(until);
    files_.follow();
    watcher_.opener().forget();
    schedule();
    update_state();
    if (!std::exchange(state_untold_, false) || !on_state)
        return;
    const auto callback = on_state; // lives on when it ends this set
    callback();
}

// A set that is due already is settled by whoever has drained the queue.
void WatchedSet::schedule() {
    const auto at = debounce_.due();
    if (!at)
        return;
    if (const auto now = watcher_.loop().now(); *at > now)
        timer_.arm(*at - now, [this] { watcher_.settle_due(); });
}

bool WatchedSet::due() const {
    return tree_.in_the_middle() || listed_ || files_due();
}

bool WatchedSet::files_due() const {
    const auto at = debounce_.due();
    return at_once_ || !waiting_.empty() || files_.in_the_middle() ||
           (at && *at <= watcher_.loop().now());
}

bool WatchedSet::settle(std::chrono::steady_clock::time_point until) {
    if (!files_due()) // the directories do not wait for a burst to settle
        return go_on_listing(until);
    const bool ahead = !waiting_.empty(); // who waits looks at what is new
    if (!refresh(Rescan::Dirty, until))
        return false;
    at_once_ = false;
    if (ahead)
        return true;
    if (!files_.news()) {
        if (on_quiet && !unsettled())
            on_quiet();
        return true;
    }
    const auto callback = on_settled_; // lives on when the callback ends this set
    (*callback)();
    return true;
}

bool WatchedSet::go_on_listing(std::chrono::steady_clock::time_point until) {
    if (!repair_tree(until))
        return false;
    files_.follow();
    listed_ = false;
    if (unsettled())
        return true;
    watcher_.settled(*this);
    if (on_quiet)
        on_quiet();
    return true;
}

// False: there are directories left to be looked at. What is made suspect in the middle of it is
// looked at anew after its end.
bool WatchedSet::repair_tree(std::chrono::steady_clock::time_point until) {
    for (;;) {
        const bool goes_on = tree_.in_the_middle();
        if (!goes_on && !std::exchange(tree_suspect_, false))
            return true;
        if (!tree_.repair(DirectoryTree::Scan::Suspect, until))
            return false;
        if (goes_on) {
            listed_ = true;
            watcher_.touched(*this); // its state may be another
        }
    }
}

void WatchedSet::settle_at_once() {
    at_once_ = true;
    watcher_.settle_due();
}

bool WatchedSet::refresh(Rescan how, std::chrono::steady_clock::time_point until) {
    bool done = true;
    if (std::exchange(all_suspect_, false) || how == Rescan::All) {
        files_.suspect_all();
        done = tree_.repair(DirectoryTree::Scan::All, until);
    } else {
        done = repair_tree(until);
        files_.follow();
    }
    done = done && files_.refresh(until);
    watcher_.opener().forget(); // another look judges anew; and nothing that is open keeps a mount
    if (!done)
        return false;
    listed_ = false;
    resume_those_who_wait();
    if (files_.clean()) {
        debounce_.reset();
        timer_.disarm();
        watcher_.settled(*this);
    }
    try_written_again();
    return true;
}

// The close of its writer brings a file that is being written back here. Not so when it was opened
// by another name, and not surely when it was closed just now: the event comes before the kernel
// has ended the writing.
void WatchedSet::try_written_again() {
    if (files_.take_closed())
        retries_ = 0;
    if (files_.snapshot().writing.empty()) {
        retries_ = 0;
        retry_.disarm();
    } else if (retries_ < kMaxRetries) {
        retry_.arm(kFirstRetry * (1 << (2 * retries_++)), [this] {
            files_.suspect_written();
            settle_at_once();
        });
    }
}

WatchState WatchedSet::current_state() const {
    WatchState state;
    if (const auto& left = tree_.one_too_many(); !left.empty()) {
        state.kind = WatchState::Kind::Incomplete;
        state.why = std::format("more than {} directories lie behind symbolic links, and {} is not "
                                "looked into: exclude links that do not matter",
                                DirectoryTree::kMaxLinked, left);
        return state;
    }
    if (!polled())
        return state;
    std::set<std::string> unwatched;
    tree_.add_unwatched(unwatched);
    files_.add_unwatched(unwatched);
    std::map<std::string_view, std::string> blind;
    tree_.add_blind(blind);
    files_.add_blind(blind);
    state.why = watcher_.limit_text(unwatched.size());
    if (!unwatched.empty())
        state.kind = WatchState::Kind::Incomplete;
    else if (!blind.empty())
        state.kind = WatchState::Kind::Polling;
    if (blind.empty())
        return state;
    std::string systems;
    for (const auto& [system, place] : blind)
        systems.append(systems.empty() ? "" : ", ")
            .append(system)
            .append(" (")
            .append(place)
            .append(")");
    state.why.append(state.why.empty() ? "" : "; ")
        .append("inotify does not see changes on ")
        .append(systems);
    return state;
}

bool WatchedSet::update_state() {
    auto state = current_state();
    if (state == state_)
        return false;
    state_ = std::move(state);
    state_untold_ = true;
    return true;
}

} // namespace hotreload::watch
