// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// A command that is written as one string, split into the words that a shell would make of it.
// There is no shell: what only one understands is an error that says how to have one. Pure.

#include "base/error.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace hotreload {

struct CommandWord {
    std::string text;
    bool home = false; // it began with an unquoted "~/", which `text` still has

    bool operator==(const CommandWord&) const = default;
};

// `variable`, without its "$", stays as it is written: "MAINPID" for a reload. Invalid: quotes or
// backslashes without an end, and what is a shell's: operators, variables, patterns, NAME=VALUE in
// front. No words for a text of blanks.
Result<std::vector<CommandWord>> split_command(std::string_view text,
                                               std::string_view variable = {});

// `["sh", "-c", "TEXT"]`, as it is written in a project file.
std::string shell_command(std::string_view text);

// The words as an array of a project file: `["python3", "a b"]`.
std::string command_array(const std::vector<CommandWord>& words);

// A string of a project file, quoted and escaped.
std::string toml_string(std::string_view text);

} // namespace hotreload
