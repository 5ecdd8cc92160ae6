// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// The check whether a unit that a project names is there, and the guess what was meant when it is
// not. `installed` is what Units::installed() says of its type. Pure.

#include <string>
#include <string_view>
#include <vector>

namespace hotreload {

// ".service" of "nginx.service".
std::string_view unit_suffix(std::string_view unit);

// An instance is when its template is.
bool is_installed(std::string_view unit, const std::vector<std::string>& installed);

// "there is no unit "ngnix.service"; did you mean "nginx.service"?" `users`: of a user's manager,
// which does not know the system's.
std::string no_such_unit(std::string_view unit, const std::vector<std::string>& installed,
                         bool users);

} // namespace hotreload
