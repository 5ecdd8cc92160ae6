// SPDX-License-Identifier: LGPL-2.1-or-later
// Generations of services: a new one is a new transient unit, an old one is started again as long
// as it is loaded.
#include "units/judge.hpp"
#include "units/object_path.hpp"
#include "units/systemd_units.hpp"

namespace hotreload::units {

namespace {

Error starting(const std::string& unit, Error error) {
    return std::move(error).in_context("starting " + unit);
}

} // namespace

Task<BusResult<std::string>> SystemdUnits::run_transient(std::string unit, Properties properties) {
    const JobTable::Expectation expectation(jobs_);
    const std::string mode = "replace";
    const AuxiliaryUnits none;
    if (auto* followed = find(unit))
        followed->starting = true;
    BusCall call(line_, *manager_, kManager, "StartTransientUnit", unit, mode, properties, none);
    auto reply = co_await call;
    if (auto* followed = find(unit))
        followed->starting = false;
    if (!reply)
        co_return std::unexpected(std::move(reply).error());
    if (auto* followed = find(unit)) {
        followed->referenced = true; // AddRef
        followed->facts.state.load_state = "loaded";
    }
    co_return co_await job_end(std::move(*reply), kInfinity);
}

Task<Result<>> SystemdUnits::start_generation(GenerationRequest request) {
    const auto& unit = request.unit;
    if (const auto* followed = find(unit); followed && followed->facts.state.loaded()) {
        co_return co_await start_unit(unit);
    }
    auto properties = guarded([&] { return generation_properties(request); });
    if (!properties)
        co_return std::unexpected(starting(unit, to_error(properties.error())));
    auto directives = request.definition.properties;
    if (!request.definition.reload.empty())
        directives["ExecReload"] = {exec_line(request.definition.reload)};
    if (auto written = drop_ins_.write(unit, directives); !written)
        co_return std::unexpected(starting(unit, std::move(written).error()));
    co_return co_await start_new(unit, std::move(*properties));
}

Task<Result<>> SystemdUnits::start_new(std::string unit, Properties properties) {
    enter(unit).internal = false; // before the call: no signal of the start is missed
    auto job = co_await run_transient(unit, properties);
    if (!job && job.error().is("UnitExists")) {
        // Something is left of that name, of an earlier life: it is not what is to be started.
        (void)co_await stop_unit(unit);
        co_await forget(unit);
        enter(unit).internal = false;
        job = co_await run_transient(unit, std::move(properties));
    }
    if (!job) {
        leave(unit);
        drop_ins_.remove(unit);
        co_return std::unexpected(starting(unit, to_error(job.error())));
    }
    // The rest has come with the signals of the start; these never change and are in none.
    static const std::vector<PropertyName> constants = {{kUnit, "LoadState"},
                                                        {kUnit, "CanReload"},
                                                        {kServiceUnit, "Type"},
                                                        {kServiceUnit, "TimeoutStartUSec"}};
    co_await read_some(unit, constants);
    const auto facts = co_await facts_of(unit);
    if (auto judged = judge_start(*job, facts); !judged)
        co_return std::unexpected(starting(unit, std::move(judged).error()));
    co_return Result<>();
}

Task<Result<>> SystemdUnits::discard(std::string unit) {
    auto stopped = co_await stop_unit(unit);
    co_await forget(unit);
    // Last: a daemon-reload of somebody's before that would rebuild the unit without it.
    drop_ins_.remove(unit);
    co_return stopped;
}

} // namespace hotreload::units
