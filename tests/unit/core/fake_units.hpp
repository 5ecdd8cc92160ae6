// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// A service manager in memory: units run when started, unless told how they fail. Every call is
// written down in `calls`.

#include "core/units_port.hpp"

#include <coroutine>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace hotreload::test {

class FakeUnits final : public Units {
public:
    std::vector<std::string> calls;
    std::map<std::string, UnitState> units;
    std::map<std::string, std::string> start_errors;      // by unit: starting it fails with this
    std::map<std::string, std::string> next_start_errors; // the same, once
    std::map<std::string, std::string> refuses;           // by unit: no job is begun for it
    std::map<std::string, std::string> reload_errors; // by unit: its next reload fails with this
    std::map<std::string, std::string> dies;          // by unit: does not stay active
    std::map<std::string, CommandResult> commands;    // by command[0]; others are ok
    std::set<std::string> hanging;                    // by command[0]: never ends
    std::function<void()> on_command;                 // called while one runs
    std::vector<Problem> refused_properties;
    std::vector<CommandRequest> requests;

    void run(const std::string& unit, std::uint32_t pid = 100) {
        units[unit] = {.load_state = "loaded", .active_state = "active", .main_pid = pid};
    }

    UnitState state(const std::string& unit) const override {
        const auto it = units.find(unit);
        return it == units.end() ? UnitState{} : it->second;
    }
    Task<Result<UnitState>> follow(std::string unit) override { co_return state(unit); }
    void unfollow(const std::string& unit) override { calls.push_back("unfollow " + unit); }

    std::vector<GenerationRequest> generations;
    std::map<std::string, std::string> stop_errors; // by unit

    // Starts end when they are told to.
    bool slow_starts = false;
    void finish_starts() {
        slow_starts = false;
        for (const auto waiting : std::exchange(starting_, {}))
            waiting.resume();
    }

    Task<Result<>> start_generation(GenerationRequest request) override {
        generations.push_back(request);
        if (slow_starts)
            co_await Started{starting_};
        co_return begin("start", request.unit);
    }
    Task<Result<>> end_unit(std::string unit, Duration patience) override {
        calls.push_back("end " + unit + " after " + format_duration(patience));
        units[unit].active_state = "inactive";
        co_return Result<>{};
    }
    Task<Result<>> start_unit(std::string unit) override { co_return begin("start_unit", unit); }
    Task<Result<>> stop_unit(std::string unit) override {
        calls.push_back("stop " + unit);
        units[unit].active_state = "inactive";
        co_return Result<>{};
    }
    Task<Result<>> restart_unit(std::string unit) override { co_return begin("restart", unit); }
    // The files that installed units are shown, as "SOURCE at TARGET".
    std::map<std::string, std::vector<std::string>> shown;
    Task<Result<bool>> show_installed(std::string unit, std::vector<Bind> binds) override {
        calls.push_back((binds.empty() ? "unshow " : "show ") + unit);
        shown[unit].clear();
        for (const auto& bind : binds)
            shown[unit].push_back(bind.source + " at " + bind.target);
        co_return true;
    }
    // By unit: somebody else stops it while it is acted on so: "reload", "verify", "start" …
    std::map<std::string, std::string> stopped_by_others_in;
    std::set<std::string> stale; // installed units whose files on disk are newer

    Task<Result<>> load_anew(std::string unit) override {
        if (stale.erase(unit) > 0)
            calls.push_back("load anew " + unit);
        co_return Result<>{};
    }
    Task<Result<UnitState>> reload_unit(std::string unit) override {
        calls.push_back("reload " + unit);
        const auto well = state(unit);
        if (is_stopped(unit, "reload"))
            co_return fail(ErrorCode::Failed, "the reload was canceled by another job");
        if (auto error = reload_errors.extract(unit))
            co_return fail(ErrorCode::Failed, error.mapped());
        co_return well;
    }
    Task<Result<UnitState>> signal_unit(std::string unit, int signal) override {
        calls.push_back("signal " + unit + " " + std::to_string(signal));
        const auto well = state(unit);
        if (ended_by_signal.contains(unit))
            units[unit] = ended_by_signal[unit];
        co_return well;
    }
    std::map<std::string, UnitState> ended_by_signal; // what it is right after a signal
    bool patient = false;                             // nobody's time to be watched is ever over
    std::vector<Duration> verified;                   // how long each was watched
    UnitState dead_state{.load_state = "loaded", .active_state = "failed"}; // of what dies
    std::map<std::string, std::string> invocations;                         // by unit
    Task<Result<>> set_properties(std::string unit, std::vector<LiveValue> values) override {
        for (const auto& value : values)
            calls.push_back("set " + unit + " " + value.property);
        co_return Result<>{};
    }
    bool proofs_take_time = false;
    Task<Result<>> stays_active(std::string unit, Duration time,
                                std::optional<UnitState> since) override {
        verified.push_back(time);
        if (proofs_take_time || (patient && time > Duration::zero()))
            co_await std::suspend_always{};
        if (is_stopped(unit, "verify"))
            co_return fail(ErrorCode::Failed, "it is deactivating");
        const auto now = state(unit);
        if (since && (!now.running() || now.main_pid != since->main_pid))
            co_return fail(ErrorCode::Failed, describe_failure(now));
        if (dies.contains(unit)) {
            units[unit] = dead_state;
            co_return fail(ErrorCode::Failed, dies[unit]);
        }
        co_return Result<>{};
    }
    std::set<std::string> clinging; // units that do not end before finish_starts()
    Task<Result<>> discard(std::string unit) override {
        calls.push_back("discard " + unit);
        if (clinging.contains(unit))
            co_await Started{starting_};
        if (stop_errors.contains(unit))
            co_return fail(ErrorCode::Failed, stop_errors[unit]);
        units.erase(unit);
        co_return Result<>{};
    }
    Task<Result<CommandResult>> run_command(CommandRequest request) override {
        requests.push_back(request);
        if (on_command)
            on_command();
        if (hanging.contains(request.command.front()))
            co_await std::suspend_always{};
        const auto it = commands.find(request.command.front());
        co_return it == commands.end() ? CommandResult{.ok = true} : it->second;
    }
    Task<Result<std::vector<Problem>>>
    check_properties(std::map<std::string, std::vector<std::string>>) override {
        co_return refused_properties;
    }
    std::vector<std::string> listed;
    Task<Result<std::vector<std::string>>> list(std::string) override { co_return listed; }
    std::vector<std::string> unit_files;
    Task<Result<std::vector<std::string>>> installed(std::string) override { co_return unit_files; }
    const std::string& manager_id() const override { return manager_id_; }

private:
    struct Started {
        std::vector<std::coroutine_handle<>>& starting;
        bool await_ready() { return false; }
        void await_suspend(std::coroutine_handle<> waiting) { starting.push_back(waiting); }
        void await_resume() {}
    };
    std::vector<std::coroutine_handle<>> starting_;

    bool is_stopped(const std::string& unit, const std::string& when) {
        if (!stopped_by_others_in.contains(unit) || stopped_by_others_in[unit] != when)
            return false;
        stopped_by_others_in.erase(unit);
        units[unit].active_state = "inactive";
        units[unit].end = UnitEnd::Others;
        return true;
    }

    Result<> begin(const std::string& verb, const std::string& unit) {
        calls.push_back(verb + " " + unit);
        if (is_stopped(unit, verb))
            return fail(ErrorCode::Failed, "the start was canceled by another job");
        if (refuses.contains(unit))
            return fail(ErrorCode::Failed, refuses[unit]);
        if (start_errors.contains(unit)) {
            units[unit] = {.load_state = "loaded", .active_state = "failed"};
            units[unit].invocation = invocations[unit];
            return fail(ErrorCode::Failed, start_errors[unit]);
        }
        if (auto error = next_start_errors.extract(unit)) {
            units[unit] = {.load_state = "loaded", .active_state = "failed"};
            return fail(ErrorCode::Failed, error.mapped());
        }
        run(unit);
        return {};
    }

    std::string manager_id_ = "manager";
};

} // namespace hotreload::test
