// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Contents as a caller hands them over, and how they are read: once, and never by waiting for
// somebody. A descriptor is of a regular file, which a memfd is, too, on a file system of this
// machine. What is read of it is its first st_size bytes, whatever its position is.

#include "base/background.hpp"
#include "base/error.hpp"
#include "base/task.hpp"
#include "core/handed_files.hpp"
#include "ipc/service.hpp"

#include <vector>

namespace hotreload::daemon {

// Errors: Invalid, with the path: one that is not absolute and plain, or is there twice; no regular
// file; more than fits.
Task<Result<HandedFiles>> read_handed(Background& background,
                                      std::vector<ipc::HandedContent> contents);

} // namespace hotreload::daemon
