// SPDX-License-Identifier: LGPL-2.1-or-later
#include "ctl/command.hpp"
#include "ctl/generation_view.hpp"

#include <chrono>

namespace hotreload::ctl {

namespace {

class History final : public Command {
public:
    void declare(CLI::App& app) override {
        app.add_option("TARGET", targets_, "PROJECT, PROJECT/SERVICE or SERVICE");
        app.add_option("-n,--lines", limit_, "At most so many of each service")->type_name("N");
    }

    Answer<ExitStatus> run(Session& session) override {
        const auto targets = session.targets(targets_);
        if (!targets)
            return std::unexpected(targets.error());
        const auto daemon = session.daemon();
        if (!daemon)
            return std::unexpected(daemon.error());
        session.out().page();
        const auto now = std::chrono::duration_cast<std::chrono::microseconds>(
            std::chrono::system_clock::now().time_since_epoch());
        for (const auto& target : *targets) {
            const auto text = (*daemon)->history(target.text(), limit_);
            if (!text)
                return std::unexpected(text.error());
            const auto json = parse_json(*text);
            if (!json)
                return give_up(ExitStatus::Failed, "the daemon's history is not JSON");
            if (session.out().wants_json())
                session.out().json(*json);
            session.out().lines(
                show_history(*json, static_cast<std::uint64_t>(now.count()), session.directory()));
        }
        return ExitStatus::Ok;
    }

private:
    std::vector<std::string> targets_;
    std::uint32_t limit_ = 0;
};

} // namespace

std::unique_ptr<Command> make_history() {
    return std::make_unique<History>();
}

} // namespace hotreload::ctl
