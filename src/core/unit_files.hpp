// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Unit files are the watched files that are the manager's own: the file of an installed unit, or
// one of its drop-ins (systemd.unit(5)). What they say is in effect only when the manager has read
// them, and most of it only in a new process. Pure: told by their names.

#include "core/plan.hpp"

#include <string>
#include <string_view>

namespace hotreload {

// "/etc/systemd/system/foo@.service" and ".../foo@1.service.d/env.conf" for "foo@1.service".
bool is_file_of_unit(std::string_view path, std::string_view unit);

// A service's plan has a change of such a file: of its unit by the name in its definition, or by
// the unit's own name where that is an alias.
bool changes_unit_files(const MemberDefinition& service, const MemberPlan& plan,
                        std::string_view own_name);

} // namespace hotreload
