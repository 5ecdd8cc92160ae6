// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Contents that somebody hands over for watched files: they are checked as if they were there, and
// written after that.

#include "base/shared_bytes.hpp"
#include "core/snapshot.hpp"

#include <map>
#include <string>

namespace hotreload {

struct HandedFile {
    ContentId id;
    SharedBytes bytes;
};

using HandedFiles = std::map<std::string, HandedFile>; // by the path that is watched

} // namespace hotreload
