// SPDX-License-Identifier: LGPL-2.1-or-later
// Generations of services: a new one is a new transient unit, an old one is started again as long
// as it is loaded.
#include "units/judge.hpp"
#include "units/object_path.hpp"
#include "units/systemd_units.hpp"

#include <functional>
#include <optional>
#include <utility>

namespace hotreload::units {

namespace {

Error starting(const std::string& unit, Error error) {
    return std::move(error).in_context("starting " + unit);
}

} // namespace

Task<BusResult<std::string>> SystemdUnits::run_transient(std::string unit,
                                                         const Properties& properties) {
    auto expected = expect_job(unit);
    if (auto* followed = find(unit))
        followed->starting = true;
    std::optional<BusCall> call(std::in_place, line_, *manager_, kManager, "StartTransientUnit",
                                unit, "replace", std::cref(properties), AuxiliaryUnits());
    auto reply = co_await *call;
    call.reset(); // the job may take long
    if (auto* followed = find(unit))
        followed->starting = false;
    if (!reply)
        co_return std::unexpected(std::move(reply).error());
    if (auto* followed = find(unit)) {
        followed->referenced = true; // AddRef
        followed->facts.state.load_state = "loaded";
    }
    co_return co_await job_end(std::move(expected), std::move(*reply), kInfinity);
}

Task<Result<>> SystemdUnits::start_generation(GenerationRequest request) {
    const auto& unit = request.unit;
    if (const auto* followed = find(unit); followed && followed->facts.state.loaded()) {
        co_return co_await start_unit(unit);
    }
    auto properties = prepare(request);
    if (!properties) {
        remove_files(unit);
        co_return std::unexpected(starting(unit, std::move(properties).error()));
    }
    co_return co_await start_new(unit, request.definition.type, std::move(*properties));
}

// The files that the manager reads beside what it is told.
Result<Properties> SystemdUnits::prepare(const GenerationRequest& request) {
    const auto environment = environments_.write(request.unit, request.definition.env);
    if (!environment)
        return std::unexpected(environment.error());
    auto properties =
        guarded([&] { return generation_properties(request, *environment, published_); });
    if (!properties)
        return std::unexpected(to_error(properties.error()));
    auto directives = request.definition.properties;
    if (!request.definition.reload.empty())
        directives["ExecReload"] = {exec_line(request.definition.reload)};
    if (auto written = drop_ins_.write(request.unit, directives); !written)
        return std::unexpected(std::move(written).error());
    return std::move(*properties);
}

void SystemdUnits::remove_files(const std::string& unit) {
    drop_ins_.remove(unit);
    environments_.remove(unit);
}

// A transient unit is what it is made as: the manager need not be asked for that.
void SystemdUnits::follow_new(const std::string& unit, ServiceType type) {
    auto& entry = enter(unit);
    entry.internal = false;
    entry.known = true;
    entry.names.try_emplace(unit, 1);
    auto& facts = entry.facts;
    facts.state.id = unit;
    facts.state.oneshot = type == ServiceType::Oneshot;
    facts.type = to_string(type);
}

Task<Result<>> SystemdUnits::start_new(std::string unit, ServiceType type, Properties properties) {
    follow_new(unit, type); // before the call: no signal of the start is missed
    auto job = co_await run_transient(unit, properties);
    if (!job && job.error().is("UnitExists")) {
        // Something is left of that name, of an earlier life: it is not what is to be started.
        (void)co_await stop_unit(unit);
        co_await forget(unit);
        follow_new(unit, type);
        job = co_await run_transient(unit, properties);
    }
    if (!job) {
        leave(unit);
        remove_files(unit);
        co_return std::unexpected(starting(unit, to_error(job.error())));
    }
    // The rest has come with the signals of the start; these never change and are in none.
    static const std::vector<PropertyName> constants = {{kUnit, "CanReload"},
                                                        {kServiceUnit, "TimeoutStartUSec"}};
    co_await read_some(unit, constants);
    if (auto judged = co_await judged_start(unit, *job, done_by_others(unit)); !judged)
        co_return std::unexpected(starting(unit, std::move(judged).error()));
    co_return Result<>();
}

Task<Result<>> SystemdUnits::discard(std::string unit) {
    auto stopped = co_await stop_unit(unit);
    co_await forget(unit);
    // Last: a daemon-reload of somebody's before that would rebuild the unit without it.
    remove_files(unit);
    co_return stopped;
}

} // namespace hotreload::units
