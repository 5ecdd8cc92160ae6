// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// toml++ has no limit for dotted keys, and its tables are taken down by recursion: "a.a.a…" would
// end the process. So does what it makes of 16 MiB of "[0,0,0,…". This looks over the text before
// it and counts, as exactly as a text can be counted of which nobody knows that it is TOML: what
// comes after the first mistake is not read by toml++ either. Whoever hands a text to toml++ calls
// it first.

#include <cstddef>
#include <limits>
#include <optional>
#include <string_view>

namespace hotreload {

struct TomlLimits {
    std::size_t depth = 100; // tables and arrays in one another; each part of a key is a table
    std::size_t values = std::numeric_limits<std::size_t>::max();
};

// The first thing that is too much.
struct TomlExcess {
    enum class Of { Depth, Values };
    Of of;
    std::size_t count;  // how deep it is there, or how many there are up to there
    std::size_t offset; // in bytes
};

std::optional<TomlExcess> find_toml_excess(std::string_view text, const TomlLimits& limits);

} // namespace hotreload
