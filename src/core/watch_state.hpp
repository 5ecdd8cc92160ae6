// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// WatchState is how well files are watched. The bus and hotreloadctl have it as one text:
// "watching", or "polling: …" with the reason.

#include "base/words.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace hotreload {

struct WatchState {
    enum class Kind {
        Watching,
        Polling,    // a file system does not tell its changes: part of the set is polled
        Incomplete, // a limit of the kernel is used up: part of the set is polled until it is
                    // raised; or a limit of ours: part of the set is left out
        Suspended,  // the service itself writes what is watched
        Off,        // the project is disabled
    };

    Kind kind = Kind::Watching;
    std::string why; // empty for Watching and Off; for Incomplete it names the limit and what to do

    bool operator==(const WatchState&) const = default;
};

template <>
inline constexpr auto kWordsOf<WatchState::Kind> = words<WatchState::Kind>({
    {WatchState::Kind::Watching, "watching"},
    {WatchState::Kind::Polling, "polling"},
    {WatchState::Kind::Incomplete, "incomplete"},
    {WatchState::Kind::Suspended, "suspended"},
    {WatchState::Kind::Off, "off"},
});

inline std::string to_string(const WatchState& state) {
    const std::string kind(to_string(state.kind));
    return state.why.empty() ? kind : kind + ": " + state.why;
}

// The kind that such a text begins with; nullopt: it is none of ours.
inline std::optional<WatchState::Kind> kind_of_watch(std::string_view text) {
    return parse_word<WatchState::Kind>(text.substr(0, text.find(':')));
}

} // namespace hotreload
