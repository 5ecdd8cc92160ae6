// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// All of a regular file, within a limit.

#include <cstddef>
#include <expected>
#include <string>

namespace hotreload::library {

enum class Links { Refused, Followed }; // at the end of the path

// Never waits for anybody: a FIFO or a device is not read. Errors: errno. EFBIG: it has more than
// `limit` bytes; EINVAL: it is no regular file.
std::expected<std::string, int> read_file(const std::string& path, std::size_t limit, Links links);

} // namespace hotreload::library
