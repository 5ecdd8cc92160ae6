// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Permission to call that takes no question: the same for every transport.

#include <sys/types.h>

namespace hotreload::ipc {

// Root, and the user that the instance belongs to, may do everything. Whether anybody else may do
// something is for the Authority to find out.
inline bool permitted(uid_t caller, uid_t owner) {
    return caller == 0 || caller == owner;
}

} // namespace hotreload::ipc
