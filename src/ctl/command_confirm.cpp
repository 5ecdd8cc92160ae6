// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/reload_id.hpp"
#include "ctl/command.hpp"
#include "ctl/transactions.hpp"

namespace hotreload::ctl {

namespace {

class Confirm final : public Command {
public:
    void declare(CLI::App& app) override {
        app.add_option("ID|TARGET", words_,
                       "The id that apply has told; PROJECT, PROJECT/SERVICE or SERVICE")
            ->required();
    }

    Answer<ExitStatus> run(Session& session) override {
        for (const auto& word : words_) {
            auto target = word;
            if (!parse_reload_id(word)) {
                const auto targets = targets_of(session, {word});
                if (!targets)
                    return std::unexpected(targets.error());
                target = targets->front().text();
            }
            auto confirmed = session.ask([&](Daemon& daemon) { return daemon.confirm(target); });
            if (!confirmed)
                return std::unexpected(std::move(confirmed.error()));
            if (!session.out().wants_json())
                session.out().line({Mark::Applied, target + ": confirmed, it stays in force"});
        }
        return ExitStatus::Ok;
    }

private:
    std::vector<std::string> words_;
};

} // namespace

std::unique_ptr<Command> make_confirm() {
    return std::make_unique<Confirm>();
}

} // namespace hotreload::ctl
