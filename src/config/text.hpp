// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Text of files that people write: read without trusting what the name leads to. Only for
// config/, before anything is parsed.

#include "base/error.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace hotreload {

// Nobody writes a longer one by hand; it bounds what a mistaken path costs.
inline constexpr std::size_t kMaxTextFile = 1024 * 1024;

// The whole of a regular file. Never blocks: FIFOs, devices and directories are errors, and so
// are files over kMaxTextFile.
Result<std::string> read_text_file(const std::string& path);

// The place at which `text` is not UTF-8, if it is not.
std::optional<Problem> check_utf8(const std::string& path, std::string_view text);

// A problem at an offset of `text`; columns count bytes.
Problem problem_at_offset(const std::string& path, std::string_view text, std::size_t offset,
                          std::string message);

} // namespace hotreload
