// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Permission to call, and to be told: the same for every transport.

#include "base/error.hpp"

#include <sys/types.h>

namespace hotreload::ipc {

// Root, and the user that the instance belongs to, may do everything; nobody else anything.
inline bool permitted(uid_t caller, uid_t owner) {
    return caller == 0 || caller == owner;
}

// The audience that a caller belongs to: it decides about values and reasons that quote them.
inline Audience audience_of(uid_t caller, uid_t owner) {
    return permitted(caller, owner) ? Audience::Inspectors : Audience::Everybody;
}

} // namespace hotreload::ipc
