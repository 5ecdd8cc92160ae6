// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Text of others (names of files, what programs print) made safe for a terminal: it cannot move the
// cursor, clear the screen or make a line that looks like one of ours. Pure.

#include <string>
#include <string_view>

namespace hotreload::ctl {

// Control characters and what is not UTF-8 as \xNN, but for tabs and line feeds.
std::string printable(std::string_view text);

// A line of a log: colours (CSI … m) are kept and ended where there are `colours`, and left out
// elsewhere; so is a carriage return at the end.
std::string printable_log_line(std::string_view line, bool colours);

} // namespace hotreload::ctl
