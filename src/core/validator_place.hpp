// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// SaidPlace is where in its files a program says that something is wrong: "… in
// /etc/nginx/nginx.conf:12", "at line 5 in file /etc/chrony.conf", "('/etc/varnish/default.vcl'
// Line 3 Pos 5)". Pure; for validator_output.cpp alone.

#include "core/validator_output.hpp"

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

namespace hotreload {

struct SaidPlace {
    Problem place;     // path, line and, when it is said, column; no message
    std::size_t start; // of what says it, in the line
    std::size_t end;
};

// The first file of `line` beside which a line number stands.
std::optional<SaidPlace> find_place(std::string_view line, const ResolveName& resolve);

// The last file that `line` names, for a number that stands in one of the next.
std::optional<std::string> last_path(std::string_view line, const ResolveName& resolve);

// A number that belongs to a file named before: "  line 4: field x …", "\t[line  4]:",
// "  3:5  error …".
std::optional<SaidPlace> find_number(std::string_view line);

} // namespace hotreload
