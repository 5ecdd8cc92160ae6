// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Session is what a command works with: the options, the output, and the daemon, which is called on
// first use.

#include "ctl/daemon_proxy.hpp"
#include "ctl/output.hpp"
#include "ctl/target.hpp"

#include <memory>
#include <string>
#include <vector>

namespace hotreload::ctl {

class Session {
public:
    explicit Session(const GlobalOptions& options);

    [[nodiscard]] const GlobalOptions& options() const { return options_; }
    [[nodiscard]] Output& out() { return out_; }

    // The current directory; "" when the daemon is on another machine, where it means nothing.
    [[nodiscard]] const std::string& directory() const { return directory_; }

    Answer<DaemonProxy*> daemon();
    Answer<std::vector<ProjectState>> projects();
    Answer<std::vector<Target>> targets(const std::vector<std::string>& words);

    // The states that the words name, with all that we may see; fails on what is not registered.
    Answer<std::vector<ProjectState>> selected(const std::vector<std::string>& words);

    // Adds the details that only those who may inspect are told, where we may.
    std::vector<ProjectState> in_detail(std::vector<ProjectState> projects);

private:
    const GlobalOptions& options_;
    Output out_;
    std::string directory_;
    std::unique_ptr<DaemonProxy> daemon_;
};

} // namespace hotreload::ctl
