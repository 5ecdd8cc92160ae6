// SPDX-License-Identifier: LGPL-2.1-or-later
#include "ctl/command.hpp"
#include "ctl/transactions.hpp"

namespace hotreload::ctl {

namespace {

class Restart final : public Command {
public:
    void declare(CLI::App& app) override {
        app.add_option("TARGET", targets_, "PROJECT, PROJECT/SERVICE or SERVICE");
    }

    Answer<ExitStatus> run(Session& session) override {
        return run_transactions(
            session, targets_, true,
            [](Daemon& daemon, const std::string& target) { return daemon.restart(target); });
    }

private:
    std::vector<std::string> targets_;
};

} // namespace

std::unique_ptr<Command> make_restart() {
    return std::make_unique<Restart>();
}

} // namespace hotreload::ctl
