// SPDX-License-Identifier: LGPL-2.1-or-later
#include "client/event_stream.hpp"
#include "ctl/client.hpp"
#include "ctl/command.hpp"
#include "ctl/event_text.hpp"
#include "ctl/status_view.hpp"

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
        const auto events = EventStream::open(**daemon);
        if (!events)
            return std::unexpected(failure_of(events.error()));
        if (auto watched = session.wait((*events)->watch_states()); !watched)
            return std::unexpected(watched.error());
        if (!session.out().wants_json() && !(*daemon)->may_inspect())
            session.out().line({Mark::Plain, without_details});
        if (session.out().wants_json()) {
            Json ready;
            ready["event"] = "Ready";
            session.out().json(ready);
        }
        (*events)->start([&](const Event& event) {
            if (session.out().wants_json())
                session.out().json(to_json(event));
            else
                session.out().lines(show_event(event, session.directory()));
        });
        for (;;)
            if (auto dispatched = session.dispatch(); !dispatched)
                return std::unexpected(dispatched.error());
    }
};

} // namespace

std::unique_ptr<Command> make_monitor() {
    return std::make_unique<Monitor>();
}

} // namespace hotreload::ctl
