// SPDX-License-Identifier: LGPL-2.1-or-later
#include "kinds/service/stop_step.hpp"

#include "base/fault.hpp"
#include "kinds/service/kind.hpp"

#include <utility>

namespace hotreload::service {

StopStep::StopStep(StepInput input, StepHost& host, const KindPorts& ports)
    : RecordStep(std::move(input), kind, host), ports_(ports) {}

void StopStep::reserve() {
    auto now = record();
    now.wanted = false;
    now.underway = true;
    host().commit(name(), std::move(now));
    fault::point("stop-recorded");
}

Task<std::optional<Problem>> StopStep::apply() {
    const auto& [definition, unit] = std::tie(view().record->definition, view().record->unit);
    Result<> stopped;
    if (!unit.empty())
        stopped = co_await ports_.units.stop_unit(unit);
    fault::point("stopped");
    if (!stopped)
        failure_ = problem(stopped.error().message);
    else if (!definition.ports.empty()) { // a stopped service does not keep its clients waiting
        (void)co_await ports_.units.discard(unit);
        fault::point("discarded");
        ports_.views.remove(unit);
        ports_.sockets.keep_only(input().project, name(), {});
    }
    co_return std::nullopt;
}

MemberOutcome StopStep::commit() {
    auto now = record();
    // A service that could not be stopped runs on, and is kept in step.
    now.wanted = failure_ && now.wanted && ports_.units.state(now.unit).running();
    now.underway = false;
    host().commit(name(), std::move(now));
    return outcome(failure_ ? ReloadResult::Failed : ReloadResult::Stopped, failure_);
}

} // namespace hotreload::service
