// SPDX-License-Identifier: LGPL-2.1-or-later
#include "os/process.hpp"
#include "units/check_file.hpp"
#include "units/systemd_units.hpp"

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace hotreload::units {

namespace {

constexpr auto kDeadlineOfCheck = std::chrono::seconds(20);

class PrivateDirectory {
public:
    PrivateDirectory() : path_((std::filesystem::temp_directory_path() / "hotreload-XXXXXX")) {
        if (!::mkdtemp(path_.data()))
            path_.clear();
    }
    PrivateDirectory(const PrivateDirectory&) = delete;
    PrivateDirectory& operator=(const PrivateDirectory&) = delete;
    ~PrivateDirectory() {
        std::error_code ignored;
        if (!path_.empty())
            std::filesystem::remove_all(path_, ignored);
    }

    [[nodiscard]] const std::string& path() const { return path_; }

private:
    std::string path_;
};

} // namespace

Task<Result<std::vector<Problem>>>
SystemdUnits::check_properties(std::map<std::string, std::vector<std::string>> properties) {
    auto problems = take_out_unfit(properties);
    if (properties.empty())
        co_return problems;
    const auto lines = check_file_lines(properties);
    const PrivateDirectory directory;
    const auto path = directory.path() + "/" + std::string(kCheckedUnit);
    if (directory.path().empty() || !(std::ofstream(path) << join_lines(lines)).flush())
        co_return fail_errno(errno, "writing a unit file to be checked");

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
