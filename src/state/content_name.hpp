// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// A ContentId as text, the same in records and as the name of a copy: 32 hexadecimal digits, ':',
// the size.

#include "core/snapshot.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace hotreload::state {

std::string content_name(const ContentId& id);
std::optional<ContentId> parse_content_name(std::string_view text);

} // namespace hotreload::state
