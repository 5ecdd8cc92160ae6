// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Names of signals as systemd has them: "SIGHUP", "SIGRTMIN+3".

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hotreload {

std::string signal_name(int signal); // "signal 200", for what has no name

// The number of a signal's name, with or without "SIG". nullopt: the word is no name of a signal; a
// number is none.
std::optional<int> parse_signal(std::string_view word);

// The names of the signals that have one of their own, for hints.
std::vector<std::string_view> signal_names();

} // namespace hotreload
