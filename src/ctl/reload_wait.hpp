// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Waits for the end of reloads. Made before the reload is asked for, so that an answer that comes
// sooner than the method's own is not missed.

#include "client/event_stream.hpp"
#include "ctl/client.hpp"
#include "ctl/session.hpp"

#include <memory>
#include <utility>
#include <vector>

namespace hotreload::ctl {

class ReloadWait {
public:
    static Answer<std::unique_ptr<ReloadWait>> open(Session& session);

    // NoDaemon when the daemon leaves the bus before it told.
    Answer<ReloadFinished> wait(const std::string& id);

    // The ends of reloads that have been told of a project since the last call.
    std::vector<ReloadFinished> take_finished(const std::string& project);
    // The problems told since the last call.
    std::vector<ValidationFailed> take_announced() { return std::exchange(announced_, {}); }

private:
    explicit ReloadWait(Session& session) : session_(session) {}
    void take(const Event& event);

    Session& session_;
    std::vector<ReloadFinished> finished_; // in the order in which they were told
    std::vector<ValidationFailed> announced_;
    bool gone_ = false;
    std::unique_ptr<EventStream> events_;
};

} // namespace hotreload::ctl
