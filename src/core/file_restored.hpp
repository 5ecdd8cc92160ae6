// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// FileRestored is what a rollback did, or would do, to a person's file. It is told line by line.

#include <string>

namespace hotreload {

struct FileRestored {
    std::string path;
    std::string kind; // "written back", "made again" (it was gone), "moved aside" (it is new since)
    std::string aside; // where what was moved aside lies
    std::string note;  // what a person should know of how it was done

    bool operator==(const FileRestored&) const = default;
};

} // namespace hotreload
