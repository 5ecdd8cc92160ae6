// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// ReloadId names a reload, or an event that is none of a reload: 128 random bits, unique over
// starts of the daemon and over hosts. Ids have no order in time. The daemon draws them
// (os/random_id.hpp); 0 is none.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace hotreload {

struct ReloadId {
    std::uint64_t high = 0;
    std::uint64_t low = 0;

    explicit operator bool() const { return high != 0 || low != 0; }
    bool operator==(const ReloadId&) const = default;
};

// 32 hexadecimal digits in lower case, as sd-id128 prints them.
std::string to_string(const ReloadId& id);
// The same way back; nullopt: the text is anything else.
std::optional<ReloadId> parse_reload_id(std::string_view text);

} // namespace hotreload
