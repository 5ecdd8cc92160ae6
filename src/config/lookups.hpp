// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Lookups are all that the definition of a member takes from the machine. What is asked by these
// functions is noted with the member that is read, and asked again when the file is read next: a
// member whose answers are the same may be taken over. Only for config/.

#include "config/reader.hpp"

#include <optional>
#include <string>

namespace hotreload {

// The program to run for `name`: Programs::resolve().
Result<std::string> look_up_program(Reading& reading, const std::string& name);

// The text of an env_file.
Result<std::string> look_up_env_file(Reading& reading, const std::string& path);

// The type of a file (S_IFMT of stat(2)), or a negative errno.
int look_up_type(Reading& reading, const std::string& path);

// why_no_user() and why_no_group().
std::optional<std::string> look_up_user(Reading& reading, const std::string& name);
std::optional<std::string> look_up_group(Reading& reading, const std::string& name);

// Where a path of the member starts: start_of_path().
Result<PathStart> look_up_start(Reading& reading, const std::string& path);

// Every answer is what it was.
bool same_answers(Reading& reading, const MemberReading& member);

} // namespace hotreload
