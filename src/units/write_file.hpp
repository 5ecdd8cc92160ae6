// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Files that the manager reads beside what it is told.

#include "base/error.hpp"

#include <sys/types.h>

#include <string>
#include <string_view>

namespace hotreload::units {

// Whole, under a temporary name beside it that systemd does not read, then renamed; with this mode
// whatever the umask is.
Result<> write_file(const std::string& path, std::string_view text, mode_t mode);

} // namespace hotreload::units
