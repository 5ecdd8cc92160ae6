// SPDX-License-Identifier: LGPL-2.1-or-later
#include "ctl/command.hpp"
#include "ctl/generation_view.hpp"
#include "ctl/option_values.hpp"

namespace hotreload::ctl {

namespace {

class Diff final : public Command {
public:
    void declare(CLI::App& app) override {
        app.add_option("TARGET", target_, "PROJECT/SERVICE or SERVICE")->required();
        app.add_option("G1", from_, "A generation (default: the one before G2)")
            ->check(whole_number());
        app.add_option("G2", to_, "Another one (default: the applied one)")->check(whole_number());
    }

    Answer<ExitStatus> run(Session& session) override {
        const auto targets = session.targets({target_});
        if (!targets)
            return std::unexpected(targets.error());
        const auto daemon = session.daemon();
        if (!daemon)
            return std::unexpected(daemon.error());
        const auto text = session.wait((*daemon)->diff(targets->front().text(), from_, to_));
        if (!text)
            return std::unexpected(text.error());
        const auto json = parse_json(*text);
        if (!json)
            return give_up(ExitStatus::Failed, "the daemon's difference is not JSON");
        session.out().page();
        if (session.out().wants_json())
            session.out().json(*json);
        session.out().lines(show_difference(*json, session.directory()));
        return ExitStatus::Ok;
    }

private:
    std::string target_;
    std::uint64_t from_ = 0;
    std::uint64_t to_ = 0;
};

} // namespace

std::unique_ptr<Command> make_diff() {
    return std::make_unique<Diff>();
}

} // namespace hotreload::ctl
