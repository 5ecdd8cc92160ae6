// SPDX-License-Identifier: LGPL-2.1-or-later
#include "ctl/command.hpp"
#include "ctl/project_follow.hpp"
#include "ctl/transactions.hpp"

#include <filesystem>

namespace hotreload::ctl {

namespace {

class Up final : public Command {
public:
    void declare(CLI::App& app) override {
        app.add_option("DIR", directory_, "The project's directory, or its file")->default_val(".");
        auto* detach = app.add_flag("-d,--detach", detach_, "Do not follow logs and reloads");
        app.add_flag("--stop", stop_, "Follow, and take the project down when interrupted")
            ->excludes(detach);
    }

    Answer<ExitStatus> run(Session& session) override {
        const auto path = resolve(session);
        if (!path)
            return std::unexpected(path.error());
        const bool to_a_person = session.out().on_terminal() && !session.out().wants_json();
        if (stop_ || (to_a_person && !detach_))
            return follow_project(session, *path, stop_);
        return up(session, *path);
    }

private:
    [[nodiscard]] Answer<std::string> resolve(Session& session) const {
        std::filesystem::path path = directory_;
        if (session.options().remote()) {
            if (path.is_absolute())
                return path.string();
            return give_up(ExitStatus::Usage, "up on another machine needs an absolute DIR");
        }
        std::error_code error;
        const auto real = std::filesystem::canonical(path, error);
        if (error)
            return give_up(ExitStatus::Failed, directory_ + ": " + error.message());
        // The path stays as it was given: the daemon follows its links, now and later.
        auto full = (session.directory() / path).lexically_normal().string();
        if (full.size() > 1 && full.ends_with('/'))
            full.pop_back();
        // A ".." behind a link is above where the link leads, and not above the link.
        return std::filesystem::equivalent(full, real, error) ? full : real.string();
    }

    static Answer<ExitStatus> up(Session& session, const std::string& path) {
        const auto waiting = ReloadWait::open(session);
        if (!waiting)
            return std::unexpected(waiting.error());
        const auto project = session.ask([&](Daemon& daemon) { return daemon.up(path, true); });
        if (!project)
            return std::unexpected(project.error());
        return print_outcome(session, **waiting, {*project, ""});
    }

    std::string directory_ = ".";
    bool detach_ = false;
    bool stop_ = false;
};

} // namespace

std::unique_ptr<Command> make_up() {
    return std::make_unique<Up>();
}

} // namespace hotreload::ctl
