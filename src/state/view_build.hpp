// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// The long part of making or changing a view: its files are copied and put in place. It is done
// beside the one thread, and touches nothing that belongs to that: the contents that the disk does
// not have any more are asked for between two passes.

#include "base/error.hpp"
#include "base/fd.hpp"
#include "core/views_port.hpp"
#include "state/view_scope.hpp"
#include "state/view_tree.hpp"
#include "state/view_writer.hpp"

#include <map>
#include <optional>
#include <set>
#include <string>

namespace hotreload::state {

class ViewBuild {
public:
    // `place`: the directory of the view. `is_new`: it is made, and goes with this unless it was
    // finished and moved elsewhere.
    ViewBuild(std::string place, bool is_new, ContentHash hash, ViewNode plan, ViewTargets targets);
    ~ViewBuild();
    ViewBuild(const ViewBuild&) = delete;
    ViewBuild& operator=(const ViewBuild&) = delete;

    // A pass: all is put in place, unless contents are missing that were not given. It does not
    // throw but for want of memory.
    void run();
    [[nodiscard]] const Result<>& result() const { return result_; }

    // The contents that a pass has missed, since the last call.
    [[nodiscard]] std::set<ContentId> take_missed();
    void give(const ContentId& id, std::optional<std::string> content);

private:
    Result<> begin();
    Result<> write();

    std::string place_;
    bool is_new_;
    ContentHash hash_;
    ViewNode plan_;
    ViewTargets targets_;
    Views::Kept kept_; // what was given; notes what was not
    std::map<ContentId, std::optional<std::string>> given_;
    std::set<ContentId> missed_;
    Fd view_;
    std::optional<ViewWriter> writer_;
    Result<> result_;
};

// The directory of a view.
Fd open_view(const std::string& place);

// The targets of the view in the directory; nullopt: there is none.
std::optional<ViewTargets> read_targets(const std::string& place);

// Removes whatever is there. Parts that cannot be removed are found again by names(), or at the
// next start.
void remove_tree(const std::string& path);

// Makes the directory, whatever our umask is: services' users get through.
Result<> make_passable(const std::string& path);

} // namespace hotreload::state
