// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// The difference of two texts, line by line: an edit script of Myers' ("An O(ND) Difference
// Algorithm and Its Variations", 1986), in linear space and with a bound on the work. Pure.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hotreload {

// Larger texts are not compared: bytes.
inline constexpr std::size_t kMostCompared = std::size_t{1} << 20;

// The difference as `diff -u` has it, without the names of files: "@@ -1,3 +1,4 @@", then lines
// that begin with ' ', '-' or '+', without line feeds; none when both are equal. It is not always
// the shortest script: a part that takes too much work is replaced as a whole. A long one is cut,
// and says so. nullopt: one of the two is no text (it has a NUL byte) or larger than kMostCompared.
std::optional<std::vector<std::string>> unified_diff(std::string_view before,
                                                     std::string_view after);

} // namespace hotreload
