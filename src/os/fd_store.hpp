// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// The descriptors that the service manager keeps for our unit while we are restarted, crash or are
// updated (FileDescriptorStoreMax=). take_listen_fds() has them at the next start. Without
// $NOTIFY_SOCKET nothing is kept, which is no error: started by hand.

#include "base/error.hpp"

#include <string>

namespace hotreload::os {

// Keeps a copy of `fd` as `name`; one name may have several. What is kept already, whatever its
// name, stays as it is: to rename it, remove it first. Invalid: the name is too long.
Result<> store_fd(const std::string& name, int fd);

// Forgets all that are kept as `name`.
Result<> remove_stored_fd(const std::string& name);

// Waits until the manager has read what it was told so far; false: it does not, and the wait was a
// short one.
bool wait_for_store();

} // namespace hotreload::os
