// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Confinement leaves a process the descriptors that it has, to read and write them, and memory
// within a limit. No file can be opened, no socket made, no program run, no process signalled or
// looked at, and nobody but root can look at it.

#include "base/error.hpp"

namespace hotreload::worker {

// Confines this process, which has one thread, once. Errors: it is not confined as it must be, and
// must not go on. Landlock is left out where the kernel has none; the filter of system calls
// forbids the same.
Result<> confine();

} // namespace hotreload::worker
