// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// The tree of a view is what a private view has to look like, planned from a snapshot and from what
// is beside the watched files on disk. Nothing is written here.

#include "core/snapshot.hpp"
#include "state/view_scope.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>

namespace hotreload::state {

struct ViewNode {
    enum class Kind { Directory, File, Link };

    Kind kind = Kind::Directory;
    std::string live; // the path on disk that it is shown at
    std::map<std::string, ViewNode> children;
    ContentId id;       // of a file
    bool alone = false; // a file that is bound by itself: it has to stay the same inode
    std::string link;   // where it leads to
    std::string staged; // the file's new content in the staging directory; "": the old one is right
};

// More than these is no configuration, and the run-time directory is in memory.
constexpr std::size_t kMaxViewEntries = 10'000; // with what is beside the files
constexpr std::uint64_t kMaxViewSize = std::uint64_t{256} * 1024 * 1024;

// The view from "/" down. `live` is the directory beneath which a service sees the targets'
// directories as they are on disk. Errors: Failed, for a file that no target covers, and for too
// much.
Result<ViewNode> plan_view(const ViewScope& scope, const ViewTargets& targets,
                           const Snapshot& snapshot, const std::string& live);

} // namespace hotreload::state
