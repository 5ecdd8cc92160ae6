// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Waits for the end of reloads. Made before the reload is asked for, so that an answer that comes
// sooner than the method's own is not missed.

#include "ctl/daemon_proxy.hpp"
#include "ctl/event_stream.hpp"

#include <memory>
#include <utility>
#include <vector>

namespace hotreload::ctl {

class ReloadWait {
public:
    static Answer<std::unique_ptr<ReloadWait>> open(DaemonProxy& daemon);

    // NoDaemon when the daemon leaves the bus before it told.
    Answer<ReloadFinished> wait(const std::string& id);

    // The ends of reloads that have been told of a project since the last call.
    std::vector<ReloadFinished> take_finished(const std::string& project);
    // The problems told since the last call.
    std::vector<ValidationFailed> take_announced() { return std::exchange(announced_, {}); }

private:
    explicit ReloadWait(DaemonProxy& daemon) : daemon_(daemon) {}
    void take(const Event& event);

    DaemonProxy& daemon_;
    std::unique_ptr<EventStream> events_;
    std::vector<ReloadFinished> finished_; // in the order in which they were told
    std::vector<ValidationFailed> announced_;
    bool gone_ = false;
};

} // namespace hotreload::ctl
