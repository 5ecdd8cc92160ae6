// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// JSON pointers (RFC 6901): "/server/port", "/hosts/0"; "" is the whole document.

#include "core/value.hpp"

#include <expected>
#include <string_view>

namespace hotreload::library {

// Errors: ENOENT: nothing is there; EINVAL: this is no pointer.
std::expected<const Value*, int> resolve(const Value& root, std::string_view pointer);

} // namespace hotreload::library
