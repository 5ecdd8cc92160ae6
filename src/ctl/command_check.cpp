// SPDX-License-Identifier: LGPL-2.1-or-later
#include "config/project_file.hpp"
#include "config/project_files.hpp"
#include "ctl/command.hpp"
#include "ctl/status_view.hpp"
#include "kinds/kinds.hpp"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <format>
#include <map>
#include <string>
#include <vector>

namespace hotreload::ctl {

namespace {

class Check final : public Command {
public:
    void declare(CLI::App& app) override {
        app.add_option("FILE", file_, "A project file, or a directory with one or with several")
            ->default_val(".");
    }

    // Works without the daemon. One that runs is asked too: it knows what systemd would refuse.
    Answer<ExitStatus> run(Session& session) override {
        if (session.options().remote())
            return give_up(ExitStatus::Usage, "check reads a file of this machine: run it there");
        std::vector<std::filesystem::path> files;
        if (auto path = find_project_file(file_))
            files.push_back(std::move(*path));
        else if (files = project_files_in(file_); files.empty())
            return give_up(ExitStatus::Failed, path.error().message);
        auto status = ExitStatus::Ok;
        Names names;
        for (const auto& file : files)
            status = worse(status, check(session, file, names));
        return status;
    }

private:
    // The project files in a directory like /etc/hotreload, where each file is a project.
    static std::vector<std::filesystem::path> project_files_in(const std::string& directory) {
        namespace fs = std::filesystem;
        std::vector<fs::path> files;
        std::error_code error;
        const auto whole = fs::absolute(directory, error).lexically_normal();
        for (const auto& entry : fs::directory_iterator(whole, error))
            if (entry.path().extension() == ".toml" &&
                !entry.path().filename().string().starts_with('.'))
                files.push_back(entry.path());
        std::ranges::sort(files);
        return files;
    }

    using Names = std::map<std::string, std::string>; // the file of each project

    static ExitStatus check(Session& session, const std::filesystem::path& file, Names& names) {
        std::vector<Problem> problems, warnings;
        if (auto project = load_project(file, all_kinds()); !project) {
            problems = std::move(project.error());
        } else {
            warnings = std::move(project->source_map.warnings);
            problems = ask_daemon(session, file.string());
            const auto [first, is_new] = names.try_emplace(project->name, file.filename().string());
            if (!is_new)
                problems.push_back(project->problem_at(
                    "project.name",
                    std::format("{} declares a project \"{}\", too: give this one another name, "
                                "or an ending other than .toml",
                                first->second, project->name)));
        }
        print(session, file.string(), problems, warnings);
        return problems.empty() ? ExitStatus::Ok : ExitStatus::Failed;
    }

    static std::vector<Problem> ask_daemon(Session& session, const std::string& path) {
        const auto daemon = session.daemon();
        if (!daemon || !session.wait((*daemon)->running()))
            return {};
        auto checked = session.wait((*daemon)->check(path));
        if (!checked) {
            // A daemon that refuses to answer says nothing about the file.
            session.out().line({Mark::Waiting, "only checked here: " + checked.error().message});
            return {};
        }
        auto& [valid, problems] = *checked;
        if (!valid && problems.empty())
            problems.push_back({path, 0, 0, "refused by the daemon"});
        if (valid)
            problems.clear();
        return std::move(problems);
    }

    // Warnings go to standard error: a file with nothing else is valid.
    static void print(Session& session, const std::string& path,
                      const std::vector<Problem>& problems, const std::vector<Problem>& warnings) {
        if (session.out().wants_json()) {
            Json json;
            json["path"] = path;
            json["valid"] = problems.empty();
            json["problems"] = Json(jsoncons::json_array_arg);
            for (const auto& problem : problems)
                json["problems"].push_back(to_json(problem));
            json["warnings"] = Json(jsoncons::json_array_arg);
            for (const auto& warning : warnings)
                json["warnings"].push_back(to_json(warning));
            session.out().json(json);
            return;
        }
        // Bare, as compilers print them, so that editors find the place.
        for (const auto& problem : problems)
            session.out().line({Mark::Plain, show_problem(problem, session.directory())});
        for (const auto& warning : warnings)
            std::fprintf(
                stderr, "%s\n",
                render({Mark::Waiting, show_problem(warning, session.directory())}, false).c_str());
        if (problems.empty())
            session.out().line({Mark::Applied, show_path(path, session.directory()) + ": valid"});
    }

    std::string file_ = ".";
};

} // namespace

std::unique_ptr<Command> make_check() {
    return std::make_unique<Check>();
}

} // namespace hotreload::ctl
