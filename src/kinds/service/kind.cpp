// SPDX-License-Identifier: LGPL-2.1-or-later
#include "kinds/service/kind.hpp"

#include "kinds/service/changes.hpp"
#include "kinds/service/checks.hpp"
#include "kinds/service/plan.hpp"
#include "kinds/service/service_step.hpp"
#include "kinds/service/stop_step.hpp"

#include <format>
#include <utility>

namespace hotreload::service {

namespace {

using Status = ServiceStatus::State;

// The end of a program of ours that has done its work, or does not run though nobody stopped it;
// nullopt where it is simply running or stopped.
std::optional<Status> end_of(const MemberRecord& record, const UnitState& unit) {
    const auto& definition = record.definition;
    if (definition.attached() || !record.wanted || record.generation == 0)
        return std::nullopt;
    if (definition.type == ServiceType::Oneshot)
        return !unit.running() || unit.sub_state == "exited" ? std::optional(Status::Done)
                                                             : std::nullopt;
    return !unit.running() && unit.end == UnitEnd::ByItself ? std::optional(Status::Ended)
                                                            : std::nullopt;
}

std::string why_ended(const std::string& project, const std::string& name,
                      const MemberRecord& record, const UnitState& unit) {
    const bool does_its_work = record.definition.is_plain() && unit.exec_main_status == 0;
    return std::format(
        "{}, and nobody stopped it; it is started at its next change, or by "
        "\"hotreloadctl start {}/{}\"{}",
        describe_failure(unit), project, name,
        does_its_work ? "; a program that does its work and ends takes type = \"oneshot\"" : "");
}

class ServiceKind final : public Kind {
public:
    [[nodiscard]] std::string_view word() const override { return "service"; }
    [[nodiscard]] std::string_view table() const override { return "services"; }

    [[nodiscard]] bool takes(std::string_view /*key*/) const override { return true; }
    void check(Declaration& declaration) const override { check_service(declaration); }

    [[nodiscard]] std::vector<Change> changes(const MemberView& view) const override {
        return changes_of(view);
    }
    [[nodiscard]] MemberPlan plan(const std::string& name, const MemberView& view,
                                  const PlanOptions& options) const override {
        return plan_service(name, view, options);
    }

    [[nodiscard]] State state(const std::string& project, const std::string& name,
                              const MemberRecord* record, const UnitState& unit) const override {
        const auto end = record ? end_of(*record, unit) : std::nullopt;
        if (end == Status::Ended)
            return {*end, Problem{record->unit, 0, 0, why_ended(project, name, *record, unit),
                                  Audience::Everybody}};
        return {end.value_or(unit.running() ? Status::Running : Status::Stopped), std::nullopt};
    }

    [[nodiscard]] std::unique_ptr<Step> make_step(StepInput input, StepHost& host,
                                                  const KindPorts& ports) const override {
        if (input.plan.action == Action::Stop && input.view.wanted)
            return std::make_unique<StopStep>(std::move(input), host, ports);
        return std::make_unique<ServiceStep>(std::move(input), host, ports);
    }
};

const ServiceKind service_kind;

} // namespace

const Kind& kind = service_kind;

} // namespace hotreload::service
