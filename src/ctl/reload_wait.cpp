// SPDX-License-Identifier: LGPL-2.1-or-later
#include "ctl/reload_wait.hpp"

#include <format>

namespace hotreload::ctl {

Answer<std::unique_ptr<ReloadWait>> ReloadWait::open(DaemonProxy& daemon) {
    std::unique_ptr<ReloadWait> self(new ReloadWait(daemon));
    auto events = EventStream::open(daemon, [raw = self.get()](const Event& e) { raw->take(e); });
    if (!events)
        return std::unexpected(std::move(events.error()));
    self->events_ = std::move(*events);
    return self;
}

void ReloadWait::take(const Event& event) {
    if (const auto* reload = std::get_if<ReloadFinished>(&event))
        finished_.insert_or_assign(reload->id, *reload);
    else if (const auto* problem = std::get_if<ValidationFailed>(&event))
        announced_.push_back(*problem);
    else if (std::holds_alternative<DaemonGone>(event))
        gone_ = true;
}

Answer<ReloadFinished> ReloadWait::wait(std::uint64_t id) {
    gone_ = false;
    for (;;) {
        if (const auto found = finished_.find(id); found != finished_.end())
            return found->second;
        if (gone_)
            return give_up(ExitStatus::NoDaemon,
                           std::format("hotreloadd went away before reload {} ended; "
                                       "it goes on with it when it comes back",
                                       id));
        if (auto dispatched = daemon_.dispatch(); !dispatched)
            return std::unexpected(std::move(dispatched.error()));
    }
}

std::vector<ReloadFinished> ReloadWait::take_finished(const std::string& project) {
    std::vector<ReloadFinished> reloads;
    if (!daemon_.drain())
        return reloads; // the next call says why
    for (const auto& [id, reload] : finished_)
        if (reload.project == project)
            reloads.push_back(reload);
    std::erase_if(finished_, [&](const auto& each) { return each.second.project == project; });
    return reloads;
}

} // namespace hotreload::ctl
