// SPDX-License-Identifier: LGPL-2.1-or-later
#include "ctl/reload_wait.hpp"

#include <algorithm>
#include <format>
#include <iterator>

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
        if (auto dispatched = daemon_.dispatch(); !dispatched)
            return std::unexpected(std::move(dispatched.error()));
    }
}

std::vector<ReloadFinished> ReloadWait::take_finished(const std::string& project) {
    std::vector<ReloadFinished> reloads;
    if (!daemon_.drain())
        return reloads; // the next call says why
    std::ranges::copy_if(finished_, std::back_inserter(reloads),
                         [&](const auto& each) { return each.project == project; });
    std::erase_if(finished_, [&](const auto& each) { return each.project == project; });
    return reloads;
}

} // namespace hotreload::ctl
