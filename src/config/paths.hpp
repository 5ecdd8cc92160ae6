// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Paths, patterns and programs as a project file names them, made absolute. Lexically: links stay
// as they were written, for it is that name which is watched.

#include "base/error.hpp"

#include <string>
#include <string_view>

namespace hotreload {

// `path` from `directory`, without "." and ".." and a slash at the end.
std::string absolute_path(const std::string& directory, const std::string& path);

// The same for a pattern. Its wildcards stay, those in the directory's own name are escaped.
std::string absolute_glob(const std::string& directory, const std::string& pattern);

// The pattern that matches `path` and nothing else.
std::string escape_glob(std::string_view path);

// What to run for `name`: with a slash in it, the absolute path, which must be a program; without,
// the plain name, which must be one somewhere in the service manager's default PATH.
Result<std::string> resolve_program(const std::string& directory, const std::string& name);

// The path of a program that resolve_program() has passed; "" when it has gone meanwhile.
std::string find_program(const std::string& name);

// An account of that name, or a number.
bool user_exists(const std::string& name);
bool group_exists(const std::string& name);

} // namespace hotreload
