// SPDX-License-Identifier: LGPL-2.1-or-later
#include "ctl/command.hpp"

namespace hotreload::ctl {

namespace {

// Sync is as quiet as sync(1): its end is what it tells.
class Sync final : public Command {
public:
    void declare(CLI::App&) override {}

    Answer<ExitStatus> run(Session& session) override {
        const auto seen = session.ask([](Daemon& daemon) { return daemon.sync(); });
        if (!seen)
            return std::unexpected(seen.error());
        return ExitStatus::Ok;
    }
};

} // namespace

std::unique_ptr<Command> make_sync() {
    return std::make_unique<Sync>();
}

} // namespace hotreload::ctl
