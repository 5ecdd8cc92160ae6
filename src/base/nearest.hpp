// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// "Did you mean …?": the known word that a mistyped one is nearest to.

#include <optional>
#include <span>
#include <string_view>

namespace hotreload {

// The known word that is the fewest edits (insert, delete, replace, swap of neighbours) away.
// nullopt: none is within a third of the word's length (at least 2), or the word is longer than 100
// bytes.
std::optional<std::string_view> nearest(std::string_view word,
                                        std::span<const std::string_view> known);

} // namespace hotreload
