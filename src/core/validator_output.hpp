// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// The output of a validator as one problem. Pure.

#include "base/error.hpp"
#include "core/units_port.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace hotreload {

// The absolute path of a file that is named by a relative one; nullopt: it is none of ours.
using ResolveName = std::function<std::optional<std::string>(std::string_view)>;

// The problem that the output tells. Of the lines that name a file and a line number ("… in
// /etc/nginx/nginx.conf:12") it is the first that says how bad it is (error, [emerg], FAILED), or
// else the first; of those that name none the same; else how the command ended. A line that only
// announces takes the one with it that says why. The place where a program gave up (the trace of an
// interpreter) is not the place of the mistake.
Problem problem_in_output(const CommandResult& result, const std::string& command,
                          const ResolveName& resolve);

// The text of a program as it is shown to people: with secrets masked, and not too long.
std::string shown_output(std::string_view text);

} // namespace hotreload
