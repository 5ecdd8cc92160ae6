// SPDX-License-Identifier: LGPL-2.1-or-later
#include "state/content_name.hpp"

#include <charconv>
#include <format>

namespace hotreload::state {

std::string content_name(const ContentId& id) {
    return std::format("{:016x}{:016x}:{}", id.high, id.low, id.size);
}

std::optional<ContentId> parse_content_name(std::string_view text) {
    const auto number = [&](std::size_t from, std::size_t to, int base, std::uint64_t& out) {
        const auto [end, error] = std::from_chars(text.data() + from, text.data() + to, out, base);
        return error == std::errc{} && end == text.data() + to;
    };
    ContentId id;
    const bool good = text.size() > 33 && text[32] == ':' && number(0, 16, 16, id.high) &&
                      number(16, 32, 16, id.low) && number(33, text.size(), 10, id.size);
    return good ? std::optional(id) : std::nullopt;
}

} // namespace hotreload::state
