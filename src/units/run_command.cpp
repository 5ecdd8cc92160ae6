// SPDX-License-Identifier: LGPL-2.1-or-later
#include "os/output_tail.hpp"
#include "units/judge.hpp"
#include "units/object_path.hpp"
#include "units/systemd_units.hpp"

#include <unistd.h>

#include <csignal>

namespace hotreload::units {

namespace {

constexpr std::size_t kOutputLimit = 16 * 1024;
constexpr int kExitExec = 203;      // EXIT_EXEC of systemd.exec(5)
constexpr int kExitNamespace = 226; // EXIT_NAMESPACE

std::string why_not_executed(const std::string& program) {
    const bool path = program.contains('/');
    if (path && ::access(program.c_str(), F_OK) != 0)
        return "command not found: " + program;
    if (path && ::access(program.c_str(), X_OK) != 0)
        return "command is not executable: " + program;
    return path ? "command cannot be executed: " + program : "command not found: " + program;
}

CommandResult conclude(std::string_view job, const CommandRequest& request,
                       const UnitFacts& facts) {
    const auto& state = facts.state;
    if (job == "done" && state.result == "success")
        return {.ok = true};
    std::string reason = describe_failure(state);
    if (state.result == "timeout")
        reason = "timed out after " + format_duration(request.timeout);
    else if (state.result == "exit-code" && state.exec_main_code == CLD_EXITED &&
             state.exec_main_status == kExitExec)
        reason = why_not_executed(request.command.front());
    else if (const auto judged = judge_start(job, facts); !judged && state.result == "success")
        reason = judged.error().message;
    const bool exited = state.result == "exit-code" && state.exec_main_code == CLD_EXITED;
    return {.reason = std::move(reason),
            .no_namespace = exited && state.exec_main_status == kExitNamespace};
}

// A command's environment, which goes with it.
class CommandEnvironment {
public:
    CommandEnvironment(const EnvironmentFiles& files, const CommandRequest& request)
        : files_(files), unit_(request.unit), path_(files.write(unit_, request.env)) {}
    CommandEnvironment(const CommandEnvironment&) = delete;
    CommandEnvironment& operator=(const CommandEnvironment&) = delete;
    ~CommandEnvironment() { files_.remove(unit_); }

    [[nodiscard]] const Result<std::string>& path() const { return path_; }

private:
    const EnvironmentFiles& files_;
    std::string unit_;
    Result<std::string> path_;
};

} // namespace

// Helper sees to it that the unit does not stay, whatever becomes of the task.
class SystemdUnits::Helper {
public:
    Helper(SystemdUnits& units, const std::string& unit) : units_(units), unit_(unit) {
        auto& entry = units_.enter(unit_);
        entry.internal = entry.known = true;
    }
    Helper(const Helper&) = delete;
    Helper& operator=(const Helper&) = delete;
    ~Helper() {
        if (!ended) {
            send_only(*units_.manager_, kManager, "StopUnit", unit_, std::string("replace"));
            units_.enter(unit_).referenced = true; // AddRef, if it came so far
        }
        units_.leave(unit_);
    }

    bool ended = false;

private:
    SystemdUnits& units_;
    std::string unit_;
};

Task<Result<CommandResult>> SystemdUnits::run_command(CommandRequest request) {
    if (request.command.empty())
        co_return fail(ErrorCode::Invalid, "the command is empty");
    auto output = os::OutputTail::open(loop_, kOutputLimit);
    if (!output)
        co_return std::unexpected(std::move(output).error());
    const CommandEnvironment environment(environments_, request);
    if (!environment.path())
        co_return std::unexpected(Error(environment.path().error()).in_context(request.unit));
    auto properties = guarded([&] {
        return command_properties(request, *environment.path(), published_, (*output)->write_end());
    });
    (*output)->close_write_end();
    if (!properties)
        co_return std::unexpected(to_error(properties.error()).in_context(request.command.front()));

    Helper helper(*this, request.unit);
    const auto job = co_await run_transient(request.unit, *properties);
    helper.ended = true;
    if (!job && (job.error().is("InvalidArgs") || job.error().is("BadUnitSetting")))
        co_return CommandResult{.reason = job.error().message};
    if (!job)
        co_return std::unexpected(to_error(job.error()).in_context("running " + request.unit));
    const auto facts = co_await facts_of(request.unit);
    auto result = conclude(*job, request, facts);
    result.output = (*output)->take();
    co_await forget(request.unit);
    co_return result;
}

} // namespace hotreload::units
