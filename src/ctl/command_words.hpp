// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// What is wrong with a command line, in our words and not the parser's. Pure.

#include <CLI/CLI.hpp>

#include <string>

namespace hotreload::ctl {

// Of all mistakes but words that nobody knows.
std::string describe_mistake(const CLI::ParseError& error);

} // namespace hotreload::ctl
