// SPDX-License-Identifier: LGPL-2.1-or-later
#include "ctl/command.hpp"
#include "ctl/details.hpp"
#include "ctl/event_stream.hpp"
#include "ctl/event_text.hpp"

namespace hotreload::ctl {

namespace {

class Monitor final : public Command {
public:
    void declare(CLI::App&) override {}

    // Runs until it is interrupted. A daemon that goes away comes back; a bus does not.
    Answer<ExitStatus> run(Session& session) override {
        const auto daemon = session.daemon();
        if (!daemon)
            return std::unexpected(daemon.error());
        const auto events = EventStream::open(**daemon, [&](const Event& event) {
            if (session.out().wants_json())
                session.out().json(to_json(event));
            else
                session.out().lines(show_event(event, session.directory()));
        });
        if (!events)
            return std::unexpected(events.error());
        if (auto watched = (*events)->watch_states(); !watched)
            return std::unexpected(watched.error());
        if (!session.out().wants_json() && !(*daemon)->may_inspect())
            session.out().line({Mark::Plain, without_details});
        if (session.out().wants_json()) {
            Json ready;
            ready["event"] = "Ready";
            session.out().json(ready);
        }
        for (;;)
            if (auto dispatched = (*daemon)->dispatch(); !dispatched)
                return std::unexpected(dispatched.error());
    }
};

} // namespace

std::unique_ptr<Command> make_monitor() {
    return std::make_unique<Monitor>();
}

} // namespace hotreload::ctl
