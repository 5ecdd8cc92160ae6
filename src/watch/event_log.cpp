// SPDX-License-Identifier: LGPL-2.1-or-later
#include "watch/event_log.hpp"

#include "os/inotify.hpp"

#include <algorithm>

namespace hotreload::watch {

std::string_view to_string(Fate fate) {
    switch (fate) {
    case Fate::Nobody:
        return "nobody watches this name";
    case Fate::Dropping:
        return "dropping";
    case Fate::NoPattern:
        return "no pattern matches";
    case Fate::Excluded:
        return "excluded";
    case Fate::NotDescended:
        return "not descended into";
    case Fate::Unknown:
        return "gone before it was known";
    case Fate::Directory:
        return "directory looked at";
    case Fate::Path:
        return "path followed anew";
    case Fate::Lost:
        return "directory lost: looked for again";
    case Fate::Overflow:
        return "overflow: everything looked at";
    case Fate::Waits:
        return "waits for quiet";
    case Fate::Joined:
        return "taken with a later one";
    case Fate::Unchanged:
        return "looked at: unchanged";
    case Fate::Gone:
        return "looked at: gone";
    case Fate::BeingWritten:
        return "looked at: still being written";
    case Fate::Unreadable:
        return "looked at: unreadable";
    case Fate::Changed:
        return "looked at: changed";
    }
    return "";
}

void EventLog::add(std::string_view directory, std::string_view name, std::uint32_t mask) {
    auto& slot = slots_[++last_ % kSize];
    slot.time = time_;
    slot.directory.assign(directory);
    slot.name.assign(name);
    slot.mask = mask;
    slot.fate = Fate::Nobody;
    current_ = last_;
}

void EventLog::note(Number number, Fate fate) {
    if (number == 0 || last_ - number >= kSize)
        return;
    auto& known = slots_[number % kSize].fate;
    known = std::max(known, fate);
}

std::vector<WatchedEvent> EventLog::recent() const {
    std::vector<WatchedEvent> events;
    for (auto number = last_ < kSize ? 1 : last_ - kSize + 1; number <= last_; ++number) {
        const auto& slot = slots_[number % kSize];
        events.push_back({slot.time, slot.directory, slot.name, os::mask_words(slot.mask),
                          std::string(to_string(slot.fate))});
    }
    return events;
}

} // namespace hotreload::watch
