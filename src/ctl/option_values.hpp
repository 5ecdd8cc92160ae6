// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// What the values of options have to be, and what is told of those that are not: the parser's own
// checks speak of its types.

#include <CLI/CLI.hpp>

#include <string>
#include <vector>

namespace hotreload::ctl {

// A number from `least` on, without a sign.
CLI::Validator whole_number(std::uint64_t least = 0);

CLI::Validator one_of(std::vector<std::string> words);

} // namespace hotreload::ctl
