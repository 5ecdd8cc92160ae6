// SPDX-License-Identifier: LGPL-2.1-or-later
#include "ctl/command.hpp"
#include "ctl/explain_view.hpp"
#include "ctl/option_values.hpp"

namespace hotreload::ctl {

namespace {

// Debug helps to find out why something did or did not happen: a command for each kind of thing.
class Debug final : public Command {
public:
    void declare(CLI::App& app) override {
        app.require_subcommand(1);
        auto* events = app.add_subcommand(
            "events", "Show the last events of the file system and what became of each");
        events->add_option("-n,--lines", lines_, "Only the last LINES; default: all that are kept")
            ->type_name("LINES")
            ->check(whole_number());
    }

    Answer<ExitStatus> run(Session& session) override {
        const auto text = session.ask([&](Daemon& daemon) { return daemon.debug_events(lines_); });
        if (!text)
            return std::unexpected(text.error());
        const auto events = parse_json(*text);
        if (!events)
            return give_up(ExitStatus::Failed, "the daemon's events are not JSON");
        if (session.out().wants_json()) {
            session.out().json(*events);
            return ExitStatus::Ok;
        }
        session.out().page();
        session.out().lines(list_watcher_events(*events, session.directory()));
        return ExitStatus::Ok;
    }

private:
    std::uint32_t lines_ = 0; // all
};

} // namespace

std::unique_ptr<Command> make_debug() {
    return std::make_unique<Debug>();
}

} // namespace hotreload::ctl
