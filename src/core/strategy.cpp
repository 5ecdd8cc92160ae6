// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/strategy.hpp"

#include <array>
#include <utility>

namespace hotreload {

namespace {

constexpr auto kWords = std::to_array<std::pair<Strategy, std::string_view>>({
    {Strategy::None, "none"},
    {Strategy::Live, "live"},
    {Strategy::Reload, "reload"},
    {Strategy::Swap, "swap"},
    {Strategy::Restart, "restart"},
    {Strategy::Manual, "manual"},
    {Strategy::ManualRestart, "manual-restart"},
});

} // namespace

std::string_view to_string(Strategy strategy) {
    for (const auto& [value, word] : kWords)
        if (value == strategy)
            return word;
    return "";
}

std::optional<Strategy> parse_strategy(std::string_view word) {
    for (const auto& [value, known] : kWords)
        if (known == word)
            return value;
    return {};
}

} // namespace hotreload
