// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// What a published document's file says, hotreloadd(8): JSON that libhotreload and others read.

#include "core/status.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace hotreload::state {

// The document has been looked at. `realtime_usec` is when this was so.
std::string published_text(const ConfigStatus& status, std::uint64_t realtime_usec);

// The revision of a text of ours, of which this is the beginning; 0: it is none.
std::uint64_t published_revision(std::string_view head);

} // namespace hotreload::state
