// SPDX-License-Identifier: LGPL-2.1-or-later
#include "ctl/reload_wait.hpp"

#include <algorithm>
#include <format>
#include <iterator>

namespace hotreload::ctl {

Answer<std::unique_ptr<ReloadWait>> ReloadWait::open(Session& session) {
    const auto daemon = session.daemon();
    if (!daemon)
        return std::unexpected(daemon.error());
    auto events = EventStream::open(**daemon);
    if (!events)
        return std::unexpected(failure_of(std::move(events.error())));
    std::unique_ptr<ReloadWait> self(new ReloadWait(session));
    self->events_ = std::move(*events);
    self->events_->start([raw = self.get()](const Event& event) { raw->take(event); });
    return self;
}

void ReloadWait::take(const Event& event) {
    if (const auto* reload = std::get_if<ReloadFinished>(&event))
        finished_.push_back(*reload);
    else if (const auto* problem = std::get_if<ValidationFailed>(&event))
        announced_.push_back(*problem);
    else if (std::holds_alternative<DaemonGone>(event))
        gone_ = true;
}

Answer<ReloadFinished> ReloadWait::wait(const std::string& id) {
    gone_ = false;
    for (;;) {
        if (const auto found = std::ranges::find(finished_, id, &ReloadFinished::id);
            found != finished_.end())
            return *found;
        if (gone_)
            return give_up(ExitStatus::NoDaemon,
                           std::format("hotreloadd went away before reload {} ended; "
                                       "it goes on with it when it comes back",
                                       id));
        if (auto dispatched = session_.dispatch(); !dispatched)
            return std::unexpected(std::move(dispatched.error()));
    }
}

std::vector<ReloadFinished> ReloadWait::take_finished(const std::string& project) {
    session_.wait(events_->settled());
    std::vector<ReloadFinished> reloads;
    std::ranges::copy_if(finished_, std::back_inserter(reloads),
                         [&](const auto& each) { return each.project == project; });
    std::erase_if(finished_, [&](const auto& each) { return each.project == project; });
    return reloads;
}

} // namespace hotreload::ctl
