// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// "Did you mean …?": the known word that a mistyped one is nearest to.

#include <optional>
#include <span>
#include <string_view>

namespace hotreload {

// By edits (insert, delete, replace, swap of neighbours); nothing when none is within a third of
// the word's length (at least 2), or the word is longer than 100 bytes.
std::optional<std::string_view> nearest(std::string_view word,
                                        std::span<const std::string_view> known);

} // namespace hotreload
