// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Points in time as people name them and read them, a part of what systemd.time(7) has. Pure but
// for the time zone.

#include "ctl/answer.hpp"

#include <cstdint>
#include <string>

namespace hotreload::ctl {

// "2026-11-30 14:03", "2026-11-30", "14:03:22", "today", "yesterday", "now", and from `now_usec`
// back: "1h", "-1h" and "1h ago". CLOCK_REALTIME in microseconds, of local time. Usage: it is none
// of these.
Answer<std::uint64_t> parse_time(const std::string& text, std::uint64_t now_usec);

enum class TimeForm {
    Date,  // "2026-11-30 14:03:22"
    Utc,   // "2026-11-30 14:03:22 UTC"
    Log,   // "Nov 30 14:03:22", as journalctl has it
    Clock, // "14:03:22.000123", for what has just been
};

// CLOCK_REALTIME in microseconds, in local time but for Utc.
std::string show_time(std::uint64_t usec, TimeForm form);

} // namespace hotreload::ctl
