// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/reload_id.hpp"

#include <charconv>
#include <format>

namespace hotreload {

std::string to_string(const ReloadId& id) {
    return std::format("{:016x}{:016x}", id.high, id.low);
}

std::optional<ReloadId> parse_reload_id(std::string_view text) {
    constexpr std::string_view digits = "0123456789abcdef";
    if (text.size() != 32 || text.find_first_not_of(digits) != std::string_view::npos)
        return std::nullopt;
    const auto half = [](std::string_view part) {
        std::uint64_t number = 0;
        std::from_chars(part.data(), part.data() + part.size(), number, 16);
        return number;
    };
    return ReloadId{half(text.substr(0, 16)), half(text.substr(16))};
}

} // namespace hotreload
