// SPDX-License-Identifier: LGPL-2.1-or-later
#include "ctl/command.hpp"
#include "ctl/transactions.hpp"

namespace hotreload::ctl {

namespace {

class Start final : public Command {
public:
    void declare(CLI::App& app) override {
        app.add_option("TARGET", targets_, "PROJECT, PROJECT/SERVICE or SERVICE");
    }

    Answer<ExitStatus> run(Session& session) override {
        return run_actions(session, targets_, [](Daemon& daemon, const std::string& target) {
            return daemon.start(target);
        });
    }

private:
    std::vector<std::string> targets_;
};

} // namespace

std::unique_ptr<Command> make_start() {
    return std::make_unique<Start>();
}

} // namespace hotreload::ctl
