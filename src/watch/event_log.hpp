// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// The last raw events and what became of each, for people who ask why something was noticed or
// was not. An event is noted when it is dispatched; whoever is told of it may say its fate then, or
// later by its number. Of several fates (several sets) the weightiest counts.

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace hotreload::watch {

struct WatchedEvent {
    std::uint64_t realtime_usec = 0;
    std::string directory;
    std::string name; // of the entry; empty: the directory itself
    std::string mask; // "IN_CLOSE_WRITE|IN_ISDIR"
    std::string fate; // "looked at: changed"

    bool operator==(const WatchedEvent&) const = default;
};

// Fates are in ascending weight.
enum class Fate : std::uint8_t {
    Nobody,    // nobody cares for this name
    Dropping,  // an editor's
    NoPattern, // no pattern matches
    Excluded,
    NotDescended, // a directory without files of ours
    Unknown,      // it was gone before it was known
    Directory,    // the directory is looked at
    Path,         // a path may lead elsewhere: it is followed anew
    Lost,         // the watch has ended: the directory is looked for again
    Overflow,     // events were lost: everything is looked at
    Waits,        // for quiet
    Joined,       // a later event of the same file stands for it
    Unchanged,    // the file was looked at
    Gone,         // and is no more
    BeingWritten,
    Unreadable,
    Changed,
};
std::string_view to_string(Fate fate);

class EventLog {
public:
    using Number = std::uint64_t; // 0: of no event
    static constexpr std::size_t kSize = 512;

    // The time of what is added from now on.
    void set_time(std::uint64_t realtime_usec) { time_ = realtime_usec; }
    void add(std::string_view directory, std::string_view name, std::uint32_t mask);

    // The event that is being dispatched, from add() to done().
    [[nodiscard]] Number current() const { return current_; }
    void note(Fate fate) { note(current_, fate); }
    void done() { current_ = 0; }
    // Does nothing when the event is not remembered any more.
    void note(Number number, Fate fate);

    [[nodiscard]] std::vector<WatchedEvent> recent() const; // oldest first

private:
    struct Slot {
        std::uint64_t time = 0;
        std::string directory; // these two keep their memory when the slot is used again
        std::string name;
        std::uint32_t mask = 0;
        Fate fate = Fate::Nobody;
    };

    std::array<Slot, kSize> slots_;
    Number last_ = 0;
    Number current_ = 0;
    std::uint64_t time_ = 0;
};

} // namespace hotreload::watch
