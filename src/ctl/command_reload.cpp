// SPDX-License-Identifier: LGPL-2.1-or-later
#include "ctl/command.hpp"
#include "ctl/option_values.hpp"
#include "ctl/plans.hpp"
#include "ctl/transactions.hpp"

namespace hotreload::ctl {

namespace {

class Reload final : public Command {
public:
    void declare(CLI::App& app) override {
        app.add_option("TARGET", targets_, "PROJECT, PROJECT/SERVICE or SERVICE");
        auto* dry_run =
            app.add_flag("--dry-run", dry_run_, "Show what would be done, as plan does");
        app.add_flag("--no-validate{false}", validate_, "With --dry-run: do not run the validators")
            ->needs(dry_run);
        app.add_flag("--force", options_.force,
                     "Carry out what waits, and try again what was refused");
        app.add_option("--strategy", options_.strategy, "The least that is done to the target")
            ->check(one_of({"live", "reload", "swap", "restart"}))
            ->type_name("STRATEGY");
        app.add_flag("--no-drain", options_.no_drain,
                     "Cut off what the old generation has in hand");
        app.add_flag("--no-wait", no_wait_, "Do not wait for the end");
    }

    Answer<ExitStatus> run(Session& session) override {
        if (dry_run_)
            return print_plans(
                session, targets_,
                {.force = options_.force, .strategy = options_.strategy, .validate = validate_});
        return run_transactions(session, targets_, !no_wait_,
                                [this](Daemon& daemon, const std::string& target) {
                                    return daemon.reload(target, options_);
                                });
    }

private:
    std::vector<std::string> targets_;
    ReloadOptions options_;
    bool dry_run_ = false;
    bool validate_ = true;
    bool no_wait_ = false;
};

} // namespace

std::unique_ptr<Command> make_reload() {
    return std::make_unique<Reload>();
}

} // namespace hotreload::ctl
