// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Writes content back over a person's file: what it holds is replaced as a whole, all else about it
// stays. Errors: NotAuthorized, when its owner cannot be kept, or when a symbolic link of somebody
// who could not write the file himself leads to it; then and at all others nothing is changed.

#include "base/error.hpp"

#include <string>
#include <string_view>

namespace hotreload::state {

// By a temporary beside it, of a name that the watcher passes over, that is on disk before it gets
// the file's name. A link stays, what it leads to is replaced. A file that is not there is made
// with mode 0644 and the owner of its directory, which must be there.
Result<> restore_file(const std::string& path, std::string_view bytes);

} // namespace hotreload::state
