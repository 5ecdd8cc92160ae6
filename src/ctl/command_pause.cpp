// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/duration.hpp"
#include "ctl/command.hpp"
#include "ctl/transactions.hpp"

namespace hotreload::ctl {

namespace {

class Pause final : public Command {
public:
    void declare(CLI::App& app) override {
        app.add_option("TARGET", targets_, "PROJECT, PROJECT/SERVICE or SERVICE");
        app.add_option("--for", time_, "Resume by itself after this time: 1h, \"1h 30min\"")
            ->type_name("TIME");
        app.add_option("--reason", reason_, "Shown with the status, and in the history")
            ->type_name("TEXT");
    }

    Answer<ExitStatus> run(Session& session) override {
        if (const auto time = parse_duration(time_); !time_.empty() && !time)
            return give_up(ExitStatus::Usage, "--for: " + time.error().message);
        return run_actions(session, targets_, [this](Daemon& daemon, const std::string& target) {
            return daemon.pause(target, time_, reason_);
        });
    }

private:
    std::vector<std::string> targets_;
    std::string time_;
    std::string reason_;
};

} // namespace

std::unique_ptr<Command> make_pause() {
    return std::make_unique<Pause>();
}

} // namespace hotreload::ctl
