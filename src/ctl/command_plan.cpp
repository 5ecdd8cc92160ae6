// SPDX-License-Identifier: LGPL-2.1-or-later
#include "ctl/command.hpp"
#include "ctl/plans.hpp"
#include "ctl/transactions.hpp"

namespace hotreload::ctl {

namespace {

class Plan final : public Command {
public:
    void declare(CLI::App& app) override {
        app.add_option("TARGET", targets_, "PROJECT, PROJECT/SERVICE or SERVICE");
        app.add_flag("--force", wanted_.force, "Of what waits and what was refused, too");
        app.add_flag("--no-validate{false}", wanted_.validate, "Do not run the validators");
    }
    Answer<ExitStatus> run(Session& session) override {
        return print_plans(session, targets_, wanted_);
    }

private:
    std::vector<std::string> targets_;
    PlanRequest wanted_;
};

} // namespace

Answer<ExitStatus> print_plans(Session& session, const std::vector<std::string>& words,
                               const PlanRequest& wanted) {
    const auto targets = targets_of(session, words);
    if (!targets)
        return std::unexpected(targets.error());
    const auto daemon = session.daemon();
    if (!daemon)
        return std::unexpected(daemon.error());
    session.out().page();
    auto status = ExitStatus::Ok;
    for (const auto& target : *targets) {
        const auto plan = session.wait((*daemon)->plan(target.text(), wanted));
        if (!plan)
            return std::unexpected(plan.error());
        const auto report = report_plan(*plan, session.directory());
        if (session.out().wants_json())
            session.out().json(parse_json(*plan).value_or(Json(*plan)));
        if (targets->size() > 1)
            session.out().line({Mark::Plain, target.text() + ":"});
        session.out().lines(report.lines);
        status = worse(status, report.status);
    }
    return status;
}

std::unique_ptr<Command> make_plan() {
    return std::make_unique<Plan>();
}

} // namespace hotreload::ctl
