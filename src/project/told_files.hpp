// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// ToldFiles are the files of one member that differ from what is applied, as they were told last.
// One that waits, or was refused, is found different by each look: it is told by the first.

#include "core/events.hpp"
#include "core/plan.hpp"
#include "core/snapshot.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace hotreload::project {

class ToldFiles {
public:
    // The files of the plan, and those that are missing, which were not told as they are now: they
    // count as told. `now` and `renamed`, from the new path to the old one, are of the look that
    // the plan was made of. What a refused plan has was told when it was tried.
    std::vector<SettledFile> news(const MemberPlan& plan, const Snapshot& now,
                                  const std::map<std::string, std::string>& renamed);

private:
    std::map<std::string, std::optional<ContentId>> told_; // nothing: it was gone
};

} // namespace hotreload::project
