// SPDX-License-Identifier: LGPL-2.1-or-later
#include "ctl/command.hpp"
#include "ctl/option_values.hpp"
#include "ctl/transactions.hpp"

namespace hotreload::ctl {

namespace {

class Rollback final : public Command {
public:
    void declare(CLI::App& app) override {
        app.add_option("TARGET", target_, "PROJECT, PROJECT/SERVICE or SERVICE")->required();
        app.add_option("--to", options_.generation, "A generation that history shows")
            ->type_name("GENERATION")
            ->check(whole_number(1));
        app.add_flag("--restore-files", options_.restore_files,
                     "Write the content of watched files back, too");
        app.add_flag("--no-drain", options_.no_drain,
                     "Cut off what the old generation has in hand");
        app.add_flag("--no-wait", no_wait_, "Do not wait for the end");
    }

    Answer<ExitStatus> run(Session& session) override {
        return run_transactions(session, {target_}, !no_wait_,
                                [this](Daemon& daemon, const std::string& target) {
                                    return daemon.rollback(target, options_);
                                });
    }

private:
    std::string target_;
    RollbackOptions options_;
    bool no_wait_ = false;
};

} // namespace

std::unique_ptr<Command> make_rollback() {
    return std::make_unique<Rollback>();
}

} // namespace hotreload::ctl
