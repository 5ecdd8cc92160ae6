// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Paths, patterns and programs as a project file names them, made absolute. Lexically: links stay
// as they were written, for it is that name which is watched.

#include "base/error.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hotreload {

// `path` from `directory`, without "." and ".." and a slash at the end.
std::string absolute_path(const std::string& directory, const std::string& path);

// The same for a pattern. Its wildcards stay, those in the directory's own name are escaped.
std::string absolute_glob(const std::string& directory, const std::string& pattern);

// The home of `user`, by name or number, or, without one, of whoever asks.
std::optional<std::string> home_of(const std::string& user);

// A path or pattern as it is written, and the directory that it starts from.
struct PathStart {
    std::string directory;
    std::string rest;
};

// "~/" is the home of `user`; other paths start from `directory`. Invalid: what only a shell or
// systemd would replace ("$HOME/…", "~root/…", "%h/…"), with what to write instead.
Result<PathStart> start_of_path(const std::string& directory, const std::string& user,
                                const std::string& path);

// Places in which programs are looked for.
struct ProgramPlaces {
    std::string directory;         // of the project
    std::string user;              // whose home "~/" is; "": of whoever asks
    std::vector<std::string> path; // absolute directories, before the service manager's own
};

// The program to run for `name`: with a slash in it, the absolute path, which must be a program;
// without, the absolute path of the one in `path`, or the plain name of one in the service
// manager's default PATH. The error says where it was looked for, and what to write.
Result<std::string> resolve_program(const ProgramPlaces& places, const std::string& name);

// The value of PATH by which a program finds what resolve_program() found.
std::string path_variable(const std::vector<std::string>& path);

// The path of a program that resolve_program() has passed; "" when it has gone meanwhile.
std::string find_program(const std::string& name);

// An account of that name, or a number.
bool user_exists(const std::string& name);
bool group_exists(const std::string& name);

} // namespace hotreload
