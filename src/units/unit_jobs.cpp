// SPDX-License-Identifier: LGPL-2.1-or-later
// Jobs on units that exist, and what can be asked of them while they run.
#include "base/signal.hpp"
#include "core/instances.hpp"
#include "units/judge.hpp"
#include "units/object_path.hpp"
#include "units/systemd_units.hpp"

#include <csignal>
#include <filesystem>
#include <format>
#include <optional>
#include <set>

namespace hotreload::units {

namespace {

constexpr const char* kReplace = "replace"; // a job that stands in the way is canceled

Result<> about(const std::string& what, Result<> result) {
    if (result)
        return {};
    return std::unexpected(std::move(result).error().in_context(what));
}

std::unexpected<Error> about(const std::string& what, const BusError& error) {
    return std::unexpected(to_error(error).in_context(what));
}

// The manager ends a reload itself after the same time, but for one that the service has begun and
// does not finish; ours comes second, so that its own word is heard.
Duration reload_deadline(Duration start_timeout) {
    constexpr auto margin = std::chrono::seconds(2);
    return start_timeout >= kInfinity - margin ? kInfinity : start_timeout + margin;
}

} // namespace

SystemdUnits::Expected SystemdUnits::expect_job(const std::string& unit) {
    return std::make_unique<JobTable::Expectation>(jobs_, find(unit) ? own_name(unit) : "");
}

Task<BusResult<std::string>> SystemdUnits::run_job(const char* method, std::string unit,
                                                   Duration deadline) {
    auto expected = expect_job(unit);
    std::optional<BusCall> call(std::in_place, line_, *manager_, kManager, method, unit, kReplace);
    auto reply = co_await *call;
    call.reset(); // the job may take long
    if (!reply)
        co_return std::unexpected(std::move(reply).error());
    co_return co_await job_end(std::move(expected), std::move(*reply), deadline);
}

Task<BusResult<std::string>> SystemdUnits::job_end(Expected expected, sdbus::MethodReply reply,
                                                   Duration deadline) {
    const auto job = decode<sdbus::ObjectPath>(std::move(reply));
    if (!job)
        co_return std::unexpected(job.error());
    Completion<std::string> end(loop_);
    jobs_.wait(std::get<0>(*job), end.resolver());
    expected.reset(); // the job may take for ever, and others' jobs are not kept for that long
    os::Timer timer(loop_);
    timer.arm(deadline, [resolve = end.resolver()] { resolve(std::string(kDeadline)); });
    auto result = co_await end;
    if (result == kDeadline) {
        // A job that is left alone would be what the next reload is merged into.
        const auto job_object = object(std::get<0>(*job));
        send_only(*job_object, "org.freedesktop.systemd1.Job", "Cancel");
    }
    co_return result;
}

// The limit of a unit's starts is for those that it fails in by itself. Called before a start of
// ours: we pace those.
void SystemdUnits::forgive_starts(const std::string& unit) {
    send_only(*manager_, kManager, "ResetFailedUnit", unit);
    // The unit's end before is of no account to what becomes of it now.
    if (auto* followed = find(unit))
        followed->facts.state.end = UnitEnd::Unknown;
}

Task<Result<>> SystemdUnits::start_unit(std::string unit) {
    if (names_instances(unit))
        co_return co_await start_instances(std::move(unit));
    forgive_starts(unit);
    const auto done_before = done_by_others(unit);
    const auto job = co_await run_job("StartUnit", unit);
    if (!job)
        co_return about("starting " + unit, job.error());
    co_return about("starting " + unit, co_await judged_start(unit, *job, done_before));
}

Task<Result<>> SystemdUnits::restart_unit(std::string unit) {
    if (names_instances(unit))
        co_return co_await each_running(std::move(unit),
                                        [this](std::string one) { return restart_unit(one); });
    forgive_starts(unit);
    const auto done_before = done_by_others(unit);
    const auto job = co_await run_job("RestartUnit", unit);
    if (!job)
        co_return about("restarting " + unit, job.error());
    co_return about("restarting " + unit, co_await judged_start(unit, *job, done_before));
}

Task<Result<>> SystemdUnits::judged_start(std::string unit, std::string job, unsigned done_before) {
    const auto facts = co_await facts_of(unit);
    auto judged = judge_start(job, facts);
    if (!judged && co_await started_by_others(unit, done_before, facts.state))
        co_return Result<>();
    co_return judged;
}

Task<Result<>> SystemdUnits::stop_unit(std::string unit) {
    if (names_instances(unit))
        co_return co_await stop_instances(std::move(unit));
    const auto job = co_await run_job("StopUnit", unit);
    if (!job && job.error().is("NoSuchUnit"))
        co_return Result<>();
    if (!job)
        co_return about("stopping " + unit, job.error());
    if (*job == "done")
        co_return Result<>();
    const auto facts = co_await facts_of(unit);
    co_return about("stopping " + unit, judge_stop(*job, facts));
}

// The job goes on when its unit is killed, and ends then.
Task<Result<>> SystemdUnits::end_unit(std::string unit, Duration patience) {
    os::Timer timer(loop_);
    const auto kill = [this, unit] {
        send_only(*manager_, kManager, "KillUnit", unit, std::string("all"), std::int32_t(SIGKILL));
    };
    auto stopping = stop_unit(unit);
    stopping.start();
    if (patience <= Duration::zero())
        kill();
    else
        timer.arm(patience, kill);
    co_return co_await stopping.join();
}

Task<Result<bool>> SystemdUnits::show_installed(std::string unit, std::vector<Bind> binds) {
    if (names_instances(unit))
        unit = template_of(unit);
    const auto directives = bind_directives(binds);
    auto changed =
        directives ? drop_ins_.change(unit, *directives) : std::unexpected(directives.error());
    if (!changed || !*changed)
        co_return changed;
    BusCall call(line_, *manager_, kManager, "Reload");
    const auto reloaded = co_await call;
    if (!reloaded)
        co_return about("having the manager read the drop-in of " + unit, reloaded.error());
    co_return true;
}

Task<Result<>> SystemdUnits::load_anew(std::string unit) {
    if (names_instances(unit))
        co_return co_await each_running(std::move(unit),
                                        [this](std::string one) { return load_anew(one); });
    const auto unit_object = object(unit_path(unit));
    BusCall ask(line_, *unit_object, kProperties, "Get", kUnit, "NeedDaemonReload");
    auto answer = co_await ask;
    const auto stale =
        answer ? decode<sdbus::Variant>(*answer) : std::unexpected(std::move(answer).error());
    const auto needed = !stale ? std::unexpected(stale.error())
                               : guarded([&] { return std::get<0>(*stale).get<bool>(); });
    if (!needed)
        co_return about("asking whether the files of " + unit + " have changed", needed.error());
    if (!*needed)
        co_return Result<>();
    BusCall call(line_, *manager_, kManager, "Reload");
    const auto reloaded = co_await call;
    if (!reloaded)
        co_return about("having the manager read the files of " + unit, reloaded.error());
    co_return Result<>();
}

Task<Result<UnitState>> SystemdUnits::reload_unit(std::string unit) {
    if (names_instances(unit)) {
        auto done = co_await each_running(unit, [this](std::string one) -> Task<Result<>> {
            co_return (co_await reload_unit(one)).transform([](const UnitState&) {});
        });
        co_return std::move(done).transform([&] { return state(unit); });
    }
    co_await until_started(unit);
    const auto done_before = done_by_others(unit);
    // A followed unit is not asked about before the call: the time until the service has its signal
    // counts.
    UnitFacts before;
    if (const auto* followed = find_known(unit))
        before = followed->facts;
    else
        before = co_await facts_of(unit);
    const auto job = co_await run_job("ReloadUnit", unit, reload_deadline(before.start_timeout));
    if (!job) {
        if (co_await started_by_others(unit, done_before, before.state))
            co_return state(unit);
        co_return about("reloading " + unit, job.error());
    }
    // The manager ends the job at READY=1, before it has read the rest of that same message: what
    // the service said with it (STATUS=, ERRNO=) is there for those who ask afterwards.
    static const std::vector<PropertyName> late = {{kServiceUnit, "StatusText"},
                                                   {kServiceUnit, "StatusErrno"},
                                                   {kServiceUnit, "MainPID"},
                                                   {kUnit, "ActiveState"}};
    if (find(unit))
        co_await read_some(unit, late);
    const auto after = co_await facts_of(unit);
    const auto judged = judge_reload(*job, before, after);
    if (judged)
        co_return after.state;
    // A restart while the service reloads takes over the reload's job: it ends as theirs.
    if (auto* followed = find(unit);
        followed && *job == "done" && after.state.invocation != before.state.invocation)
        ++followed->done_by_others;
    if (co_await started_by_others(unit, done_before, before.state))
        co_return state(unit);
    co_return std::unexpected(Error(judged.error()).in_context("reloading " + unit));
}

Task<Result<UnitState>> SystemdUnits::signal_unit(std::string unit, int signal) {
    if (names_instances(unit)) {
        auto done = co_await each_running(unit, [this, signal](std::string one) -> Task<Result<>> {
            co_return (co_await signal_unit(one, signal)).transform([](const UnitState&) {});
        });
        co_return std::move(done).transform([&] { return state(unit); });
    }
    co_await until_started(unit);
    UnitState before;
    if (const auto* followed = find_known(unit))
        before = followed->facts.state;
    else
        before = (co_await facts_of(unit)).state;
    BusCall call(line_, *manager_, kManager, "KillUnit", unit, "main", std::int32_t(signal));
    const auto sent = co_await call;
    if (!sent) {
        (void)co_await started_by_others(unit, done_by_others(unit), before);
        co_return about(std::format("sending {} to {}", signal_name(signal), unit), sent.error());
    }
    co_return before;
}

Task<Result<>> SystemdUnits::set_properties(std::string unit, std::vector<LiveValue> values) {
    const auto properties = guarded([&] { return live_properties(values); });
    if (!properties)
        co_return about("setting properties of " + unit, properties.error());
    const bool until_reboot = true;
    BusCall call(line_, *manager_, kManager, "SetUnitProperties", unit, until_reboot, *properties);
    const auto set = co_await call;
    if (!set)
        co_return about("setting properties of " + unit, set.error());
    co_return Result<>();
}

// ListedUnit is a row of ListUnitsByPatterns, as org.freedesktop.systemd1(5) has it.
using ListedUnit =
    sdbus::Struct<std::string, std::string, std::string, std::string, std::string, std::string,
                  sdbus::ObjectPath, std::uint32_t, std::string, sdbus::ObjectPath>;

Task<Result<std::vector<std::string>>> SystemdUnits::list(std::string pattern) {
    const std::vector<std::string> any_state, patterns(1, pattern);
    BusCall call(line_, *manager_, kManager, "ListUnitsByPatterns", any_state, patterns);
    auto reply = co_await call;
    const auto units =
        reply ? decode<std::vector<ListedUnit>>(*reply) : std::unexpected(std::move(reply).error());
    if (!units)
        co_return about("listing units", units.error());
    std::vector<std::string> names;
    for (const auto& unit : std::get<0>(*units))
        names.push_back(std::get<0>(unit));
    co_return names;
}

Task<Result<std::vector<std::string>>> SystemdUnits::installed(std::string suffix) {
    using UnitFile = sdbus::Struct<std::string, std::string>; // path, state
    const std::vector<std::string> any_state, patterns(1, "*" + suffix);
    BusCall files_call(line_, *manager_, kManager, "ListUnitFilesByPatterns", any_state, patterns);
    BusCall units_call(line_, *manager_, kManager, "ListUnitsByPatterns", any_state, patterns);
    auto files_reply = co_await files_call;
    auto units_reply = co_await units_call;
    const auto files = files_reply ? decode<std::vector<UnitFile>>(*files_reply)
                                   : std::unexpected(std::move(files_reply).error());
    const auto units = units_reply ? decode<std::vector<ListedUnit>>(*units_reply)
                                   : std::unexpected(std::move(units_reply).error());
    if (!files)
        co_return about("listing unit files", files.error());
    if (!units)
        co_return about("listing units", units.error());
    std::set<std::string> names;
    for (const auto& file : std::get<0>(*files))
        names.insert(std::filesystem::path(std::get<0>(file)).filename());
    for (const auto& unit : std::get<0>(*units))
        if (std::get<2>(unit) != "not-found") // only named by others
            names.insert(std::get<0>(unit));
    co_return std::vector(names.begin(), names.end());
}

} // namespace hotreload::units
