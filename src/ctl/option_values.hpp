// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Checks of the values of options, with what is told of wrong ones: the parser's own checks speak
// of its types.

#include <CLI/CLI.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace hotreload::ctl {

// A number from `least` on, without a sign.
CLI::Validator whole_number(std::uint64_t least = 0);

CLI::Validator one_of(std::vector<std::string> words);

} // namespace hotreload::ctl
