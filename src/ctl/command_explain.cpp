// SPDX-License-Identifier: LGPL-2.1-or-later
#include "ctl/command.hpp"
#include "ctl/explain_view.hpp"

#include <filesystem>

namespace hotreload::ctl {

namespace {

class Explain final : public Command {
public:
    void declare(CLI::App& app) override {
        app.add_option("PATH", paths_, "Files or directories, there or not")->required();
    }

    Answer<ExitStatus> run(Session& session) override {
        std::vector<std::string> paths;
        for (const auto& word : paths_) {
            auto path = absolute(session, word);
            if (!path)
                return std::unexpected(std::move(path.error()));
            paths.push_back(std::move(*path));
        }
        const auto projects = session.projects();
        if (!projects)
            return std::unexpected(projects.error());
        session.out().page();
        auto status = ExitStatus::Ok;
        for (const auto& path : paths) {
            const auto explained = explain(session, *projects, path);
            if (!explained)
                return std::unexpected(explained.error());
            status = worse(status, *explained);
        }
        return status;
    }

private:
    // Links are left alone: one may be watched, and what it leads to may not.
    static Answer<std::string> absolute(Session& session, const std::filesystem::path& word) {
        if (session.options().remote() && !word.is_absolute())
            return give_up(ExitStatus::Usage, "explain on another machine needs an absolute PATH");
        auto path = (session.directory() / word).lexically_normal().string();
        if (path.size() > 1 && path.ends_with('/'))
            path.pop_back();
        return path;
    }

    static Answer<ExitStatus> explain(Session& session, const std::vector<ProjectState>& projects,
                                      const std::string& path) {
        const auto text = session.ask([&](Daemon& daemon) { return daemon.explain(path); });
        if (!text)
            return std::unexpected(text.error());
        const auto explanation = parse_json(*text);
        if (!explanation)
            return give_up(ExitStatus::Failed, "the daemon's explanation is not JSON");
        const auto above = std::filesystem::path(path).parent_path().string();
        const auto report =
            report_explanation(*explanation, projects_at(projects, above), session.directory());
        if (session.out().wants_json())
            session.out().json(*explanation);
        session.out().lines(report.lines);
        return report.status;
    }

    std::vector<std::string> paths_;
};

} // namespace

std::unique_ptr<Command> make_explain() {
    return std::make_unique<Explain>();
}

} // namespace hotreload::ctl
