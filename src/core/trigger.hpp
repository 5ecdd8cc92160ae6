// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Trigger is what made the daemon act.

#include "base/words.hpp"

namespace hotreload {

enum class Trigger {
    Start,       // of the daemon, or of the project: its first look
    File,        // a file changed
    Request,     // somebody asked
    Time,        // the time of a pause is over
    Unconfirmed, // nobody confirmed in time what was there
};

template <>
inline constexpr auto kWordsOf<Trigger> = words<Trigger>({
    {Trigger::Start, "start"},
    {Trigger::File, "file"},
    {Trigger::Request, "request"},
    {Trigger::Time, "time"},
    {Trigger::Unconfirmed, "unconfirmed"},
});

} // namespace hotreload
