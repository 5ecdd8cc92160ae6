// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Names of users, and of groups as "@group", that somebody gives rights to.

#include "base/task.hpp"
#include "os/accounts.hpp"

#include <sys/types.h>

#include <string>
#include <vector>

namespace hotreload::os {

// The user is one of `names`, or in a group of them. Ends when that is known, or after
// SystemAccounts::kLimit: what is not known by then, or only as it was long ago, is no.
// `accounts` outlives the task.
Task<bool> is_among(SystemAccounts& accounts, uid_t user, std::vector<std::string> names);

} // namespace hotreload::os
