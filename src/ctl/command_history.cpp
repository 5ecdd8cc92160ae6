// SPDX-License-Identifier: LGPL-2.1-or-later
#include "ctl/command.hpp"
#include "ctl/generation_view.hpp"
#include "ctl/option_values.hpp"

#include <pwd.h>

#include <format>

namespace hotreload::ctl {

namespace {

// The users of another machine are not those of this one.
std::string name_of_user(std::uint32_t uid, bool here) {
    const auto* entry = here ? ::getpwuid(uid) : nullptr;
    return entry ? std::string(entry->pw_name) : std::format("uid {}", uid);
}

class History final : public Command {
public:
    void declare(CLI::App& app) override {
        app.add_option("TARGET", targets_, "PROJECT, PROJECT/SERVICE or SERVICE");
        app.add_option("-n,--lines", limit_, "At most so many of each service")
            ->type_name("N")
            ->check(whole_number());
        app.add_flag("--utc", utc_, "Show times in UTC");
    }

    Answer<ExitStatus> run(Session& session) override {
        const auto targets = session.targets(targets_);
        if (!targets)
            return std::unexpected(targets.error());
        const auto daemon = session.daemon();
        if (!daemon)
            return std::unexpected(daemon.error());
        session.out().page();
        const HistoryStyle view{.directory = session.directory(),
                                .utc = utc_,
                                .most = limit_,
                                .name_of_user = [here = !session.options().remote()](auto uid) {
                                    return name_of_user(uid, here);
                                }};
        for (const auto& target : *targets) {
            const auto text = session.wait((*daemon)->history(target.text(), limit_));
            if (!text)
                return std::unexpected(text.error());
            const auto json = parse_json(*text);
            if (!json)
                return give_up(ExitStatus::Failed, "the daemon's history is not JSON");
            if (session.out().wants_json())
                session.out().json(*json);
            session.out().lines(show_history(*json, view));
        }
        return ExitStatus::Ok;
    }

private:
    std::vector<std::string> targets_;
    std::uint32_t limit_ = 0;
    bool utc_ = false;
};

} // namespace

std::unique_ptr<Command> make_history() {
    return std::make_unique<History>();
}

} // namespace hotreload::ctl
