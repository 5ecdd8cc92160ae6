// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Paths, patterns and programs as a project file names them, made absolute. Lexically: links stay
// as they were written, for it is that name which is watched.

#include "base/error.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace hotreload {

// `path` from `directory`, without "." and ".." and a slash at the end.
std::string absolute_path(const std::string& directory, const std::string& path);

// The same for a pattern. Its wildcards stay, those in the directory's own name are escaped.
std::string absolute_glob(const std::string& directory, const std::string& pattern);

// The home of `user`, by name or number, or, without one, of whoever asks. nullopt: there is none,
// or it could not be looked up.
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

// Programs are what is found of programs in one reading of a project file: many services run the
// same ones, and each path is looked at once.
class Programs {
public:
    // The program to run for `name`: with a slash in it, the absolute path, which must be a
    // program; without, the absolute path of the one in `places.path`, or the plain name of one in
    // the service manager's default PATH. The error says where it was looked for, and what to
    // write.
    Result<std::string> resolve(const ProgramPlaces& places, const std::string& name);

    // The path of a program that resolve() has passed; "" when it has gone meanwhile.
    std::string find(const std::string& name);

private:
    int check(const std::string& path);
    bool has(std::string_view directory, std::string_view name);
    std::optional<std::string> place_of(const ProgramPlaces& places, const std::string& name);
    std::string where_it_is(const ProgramPlaces& places, const std::string& name);

    std::unordered_map<std::string, int> known_; // errno by absolute path; 0: a program
};

// The value of PATH by which a program finds what Programs::resolve() found.
std::string path_variable(const std::vector<std::string>& path);

// Why nothing can be given to the user or group, an account's name or any number. nullopt: it can.
std::optional<std::string> why_no_user(const std::string& name);
std::optional<std::string> why_no_group(const std::string& name);

} // namespace hotreload
