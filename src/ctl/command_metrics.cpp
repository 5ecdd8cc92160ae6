// SPDX-License-Identifier: LGPL-2.1-or-later
#include "ctl/command.hpp"

namespace hotreload::ctl {

namespace {

class Metrics final : public Command {
public:
    void declare(CLI::App&) override {}

    Answer<ExitStatus> run(Session& session) override {
        if (session.out().wants_json())
            return give_up(ExitStatus::Usage, "metrics are OpenMetrics text, and never JSON: leave "
                                              "out --json");
        auto text = session.ask([](Daemon& daemon) { return daemon.metrics(); });
        if (!text)
            return std::unexpected(std::move(text.error()));
        if (text->ends_with('\n'))
            text->pop_back(); // which is added again
        session.out().page();
        session.out().text(*text);
        return ExitStatus::Ok;
    }
};

} // namespace

std::unique_ptr<Command> make_metrics() {
    return std::make_unique<Metrics>();
}

} // namespace hotreload::ctl
