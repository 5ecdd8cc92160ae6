// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/duration.hpp"
#include "base/fd.hpp"
#include "ctl/command.hpp"
#include "ctl/live_file.hpp"
#include "ctl/transactions.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <format>
#include <fstream>
#include <iterator>

namespace hotreload::ctl {

namespace fs = std::filesystem;

namespace {

// A copy of a file in a directory of its own, which others cannot look into and which goes with it.
// It has the file's name, by which an editor knows what it is.
class Copy {
public:
    static Answer<std::unique_ptr<Copy>> of(const std::string& file) {
        auto directory = (fs::temp_directory_path() / "hotreloadctl-XXXXXX").string();
        if (!::mkdtemp(directory.data()))
            return give_up(ExitStatus::Failed,
                           std::format("making a directory for a copy: {}", std::strerror(errno)));
        std::unique_ptr<Copy> self(new Copy(directory, fs::path(file).filename()));
        std::error_code error;
        if (fs::exists(file, error))
            fs::copy_file(file, self->path(), error);
        if (error)
            return give_up(ExitStatus::Failed, std::format("{}: {}", file, error.message()));
        return self;
    }
    ~Copy() {
        std::error_code ignored;
        fs::remove_all(directory_, ignored);
    }
    Copy(const Copy&) = delete;
    Copy& operator=(const Copy&) = delete;

    [[nodiscard]] std::string path() const { return directory_ / name_; }
    [[nodiscard]] std::string text() const {
        std::ifstream in(directory_ / name_, std::ios::binary);
        return {std::istreambuf_iterator(in), {}};
    }

private:
    Copy(fs::path directory, fs::path name)
        : directory_(std::move(directory)), name_(std::move(name)) {}

    fs::path directory_;
    fs::path name_;
};

// As of systemctl edit: the first of these variables that is set, with words of its own; else what
// there usually is.
std::string editor() {
    for (const auto* const name : {"SYSTEMD_EDITOR", "EDITOR", "VISUAL"})
        if (const char* const value = std::getenv(name); value && *value)
            return value;
    return "$(command -v editor || command -v nano || command -v vim || echo vi)";
}

Answer<> run_editor(const std::string& file) {
    const auto line = editor() + " \"$1\"";
    const auto child = ::fork();
    if (child == 0) {
        ::execl("/bin/sh", "sh", "-c", line.c_str(), "sh", file.c_str(), nullptr);
        ::_exit(127);
    }
    int status = 0;
    while (child > 0 && ::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    if (child < 0 || !WIFEXITED(status) || WEXITSTATUS(status) != 0)
        return give_up(ExitStatus::Failed, "the editor failed: nothing is applied");
    return {};
}

// Answers whether the person wants to edit again.
bool edits_again() {
    if (::isatty(STDIN_FILENO) == 0)
        return false;
    for (;;) {
        std::fputs("It was not applied: (e)dit again, or e(x)it without? ", stderr);
        char line[64] = {};
        if (!std::fgets(line, sizeof line, stdin) || line[0] == 'x' || line[0] == 'q')
            return false;
        if (line[0] == 'e')
            return true;
    }
}

class Edit final : public Command {
public:
    void declare(CLI::App& app) override {
        app.add_option("TARGET", target_, "PROJECT, PROJECT/SERVICE or SERVICE")->required();
        app.add_option("FILE", file_, "A watched file, by its name or path")->required();
        app.add_option("--confirm", options_.confirm,
                       "Put it back after this time, unless it is confirmed: 30s, 10min")
            ->type_name("TIME");
    }

    Answer<ExitStatus> run(Session& session) override {
        if (const auto time = parse_duration(options_.confirm); !options_.confirm.empty() && !time)
            return give_up(ExitStatus::Usage, "--confirm: " + time.error().message);
        if (session.options().remote())
            return give_up(ExitStatus::Usage, "a file is edited where it is: not with --host or "
                                              "--machine");
        const auto targets = targets_of(session, {target_});
        if (!targets)
            return std::unexpected(targets.error());
        const auto path = find_live_file(session, targets->front(), file_);
        if (!path)
            return std::unexpected(path.error());
        const auto copy = Copy::of(*path);
        if (!copy)
            return std::unexpected(copy.error());
        for (auto before = (*copy)->text();;) {
            if (auto edited = run_editor((*copy)->path()); !edited)
                return std::unexpected(std::move(edited.error()));
            if ((*copy)->text() == before) {
                session.out().line({Mark::Unchanged, "nothing was changed, nothing to do"});
                return ExitStatus::Ok;
            }
            const auto applied = apply(session, *path, **copy);
            const bool failed = !applied || *applied == ExitStatus::Failed;
            if (!applied)
                std::fprintf(stderr, "hotreloadctl: %s\n", applied.error().message.c_str());
            if (!failed)
                return *applied;
            if (!edits_again())
                return applied ? *applied : applied.error().status;
            before.clear();
        }
    }

private:
    Answer<ExitStatus> apply(Session& session, const std::string& path, const Copy& copy) const {
        auto content = content_of(copy.path());
        if (!content)
            return std::unexpected(std::move(content.error()));
        const std::vector<FileContent> contents{{path, *std::move(content)}};
        return run_transactions(session, {target_}, true,
                                [&](Daemon& daemon, const std::string& target) {
                                    return daemon.apply(target, contents, options_);
                                });
    }

    std::string target_;
    std::string file_;
    ApplyOptions options_;
};

} // namespace

std::unique_ptr<Command> make_edit() {
    return std::make_unique<Edit>();
}

} // namespace hotreload::ctl
