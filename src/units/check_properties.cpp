// SPDX-License-Identifier: LGPL-2.1-or-later
#include "os/process.hpp"
#include "units/check_file.hpp"
#include "units/systemd_units.hpp"

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <format>
#include <fstream>

namespace hotreload::units {

namespace {

constexpr auto kDeadlineOfCheck = std::chrono::seconds(20);

class PrivateDirectory {
public:
    // The directory is where $TMPDIR says, or in /tmp where that is no directory (any more), as
    // systemd-analyze does.
    PrivateDirectory() {
        std::error_code error;
        auto parent = std::filesystem::temp_directory_path(error);
        if (error)
            parent = "/tmp";
        path_ = parent / "hotreload-XXXXXX";
        if (::mkdtemp(path_.data()))
            return;
        why_not_ = fail_errno(errno, std::format("making a directory in {} to check a unit file in",
                                                 parent.string()))
                       .error();
        path_.clear();
    }
    PrivateDirectory(const PrivateDirectory&) = delete;
    PrivateDirectory& operator=(const PrivateDirectory&) = delete;
    ~PrivateDirectory() {
        std::error_code ignored;
        if (!path_.empty())
            std::filesystem::remove_all(path_, ignored);
    }

    [[nodiscard]] const std::string& path() const { return path_; } // "": there is none
    [[nodiscard]] const Error& why_not() const { return why_not_; }

private:
    std::string path_;
    Error why_not_;
};

} // namespace

Task<Result<std::vector<Problem>>>
SystemdUnits::check_properties(std::map<std::string, std::vector<std::string>> properties) {
    auto problems = take_out_unfit(properties);
    if (properties.empty())
        co_return problems;
    const auto lines = check_file_lines(properties);
    const PrivateDirectory directory;
    if (directory.path().empty())
        co_return std::unexpected(directory.why_not());
    const auto path = directory.path() + "/" + std::string(kCheckedUnit);
    errno = 0;
    if (!(std::ofstream(path) << join_lines(lines)).flush())
        co_return fail_errno(errno != 0 ? errno : EIO, std::format("writing {}", path));

    std::vector<std::string> command = {"systemd-analyze", "verify", "--man=no",
                                        "--recursive-errors=no"};
    if (mode_ == Mode::User)
        command.emplace_back("--user");
    command.push_back(path);
    std::vector<std::string> env = {"SYSTEMD_LOG_LEVEL=info", "SYSTEMD_LOG_TARGET=console",
                                    "SYSTEMD_LOG_COLOR=0",    "SYSTEMD_LOG_LOCATION=0",
                                    "SYSTEMD_LOG_TIME=0",     "LC_ALL=C.UTF-8"};
    const auto end =
        co_await os::run_process(loop_, std::move(command), std::move(env), kDeadlineOfCheck);
    if (!end)
        co_return std::unexpected(end.error());
    if (end->timed_out)
        co_return fail(ErrorCode::TimedOut, "systemd-analyze did not end");
    for (auto& problem : read_complaints(end->output, lines))
        problems.push_back(std::move(problem));
    co_return problems;
}

} // namespace hotreload::units
