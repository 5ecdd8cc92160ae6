// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// A project's record as JSON text and back. What is empty is left out and read as empty, so that a
// field that is new since is no reason to change the version.

#include "core/record.hpp"

#include <string>
#include <string_view>

namespace hotreload::state {

inline constexpr unsigned kVersion = 1;

std::string write_record(const ProjectRecord& record);

// The problem has line, column and message; the caller knows the file.
std::expected<ProjectRecord, Problem> read_record(std::string_view text);

} // namespace hotreload::state
