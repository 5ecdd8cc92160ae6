// SPDX-License-Identifier: LGPL-2.1-or-later
#include "ctl/command.hpp"
#include "ctl/transactions.hpp"

namespace hotreload::ctl {

namespace {

class Restart final : public Command {
public:
    void declare(CLI::App& app) override {
        app.add_option("TARGET", targets_, "PROJECT, PROJECT/SERVICE or SERVICE");
        app.add_flag("--no-drain", options_.no_drain,
                     "Cut off what the old generation has in hand");
    }

    Answer<ExitStatus> run(Session& session) override {
        return run_transactions(session, targets_, true,
                                [this](Daemon& daemon, const std::string& target) {
                                    return daemon.restart(target, options_);
                                });
    }

private:
    std::vector<std::string> targets_;
    ReloadOptions options_;
};

} // namespace

std::unique_ptr<Command> make_restart() {
    return std::make_unique<Restart>();
}

} // namespace hotreload::ctl
