// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Brings the files of one view to a plan. A view may have directories that belong to the service's
// user, who could put links into them: every step goes by descriptors and follows none.

#include "base/fd.hpp"
#include "core/views_port.hpp"
#include "state/view_tree.hpp"

#include <string_view>

namespace hotreload::state {

using ContentHash = ContentId (*)(std::string_view bytes);

class ViewWriter {
public:
    // `view` is the directory of the view, with "files" in it. `kept` may be nullptr.
    ViewWriter(int view, ContentHash hash, const Views::Kept* kept);
    ~ViewWriter();
    ViewWriter(const ViewWriter&) = delete;
    ViewWriter& operator=(const ViewWriter&) = delete;

    // Makes all contents ready that the view does not have, beside its files, which stay as they
    // are. Errors: Busy, when one cannot be had; all that can be had are ready then, and a second
    // call goes on with the rest.
    Result<> stage(ViewNode& plan);

    // Puts in place what was staged, and takes away what the plan does not have.
    Result<> commit(const ViewNode& plan);

private:
    Result<> stage_below(ViewNode& node, int at);
    Result<> stage_file(ViewNode& file, const Fd& present);
    Result<std::string> content(const ViewNode& file, const Fd& live);
    Result<> lay_out(const ViewNode& node, int at);
    Result<> put_directory(const ViewNode& node, int at, const std::string& name);
    Result<> put_file(const ViewNode& node, int at, const std::string& name);
    Result<> put_link(const ViewNode& node, int at, const std::string& name);
    Result<> move_in(const std::string& staged, int at, const std::string& name);

    int view_;
    ContentHash hash_;
    const Views::Kept* kept_;
    Fd staging_;
    unsigned staged_ = 0;
};

} // namespace hotreload::state
