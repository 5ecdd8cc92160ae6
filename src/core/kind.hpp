// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// A kind of things that are kept in step with their files: what a project file can say of one, what
// a change of it takes, and the steps that a transaction orders. Nobody else knows what a kind acts
// on. A kind has no state of its own: there is one object of each, for all projects.

#include "base/duration.hpp"
#include "core/change.hpp"
#include "core/declaration.hpp"
#include "core/plan.hpp"
#include "core/probe.hpp"
#include "core/reload_id.hpp"
#include "core/sockets_port.hpp"
#include "core/status.hpp"
#include "core/step.hpp"
#include "core/step_host.hpp"
#include "core/units_port.hpp"
#include "core/views_port.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hotreload {

// KindPorts are what the steps of a kind act through.
struct KindPorts {
    Units& units;
    Sockets& sockets;
    Probes& probes;
    Views& views;
    std::function<Duration()> now; // CLOCK_MONOTONIC
};

struct StepInput {
    ReloadId transaction;
    std::string project;
    MemberPlan plan;
    MemberView view; // that was planned with
};

class Kind {
public:
    virtual ~Kind() = default;

    // The kind's word in records and in what is told: "service".
    [[nodiscard]] virtual std::string_view word() const = 0;
    // The kind's table in the project file: "services".
    [[nodiscard]] virtual std::string_view table() const = 0;

    // The kind takes the key, one that MemberDefinition has fields for ("command", "env", "ports").
    // Every kind takes `watch`, `strategy`, `after`, `requires`, `part_of`.
    [[nodiscard]] virtual bool takes(std::string_view key) const = 0;
    // The keys that are this kind's alone: their values are MemberDefinition::settings.
    [[nodiscard]] virtual std::span<const SettingKey> settings() const { return {}; }
    // Reports what is wrong with a definition although each key of it is right by itself. It asks
    // nobody but the declaration: of a member that has not changed it is not called again.
    virtual void check(Declaration& declaration) const = 0;

    // The changes in meaning from what is applied to what is wanted: `view` has both, and its
    // record is there. Each change has the strategy that puts it into effect.
    [[nodiscard]] virtual std::vector<Change> changes(const MemberView& view) const = 0;
    // The plan of what is to be done.
    [[nodiscard]] virtual MemberPlan plan(const std::string& name, const MemberView& view,
                                          const PlanOptions& options) const = 0;

    // The state of a member that nothing is wrong with and nobody works at. `record`: nullptr when
    // nothing is on record of it. `problem`: what a person should know of it.
    struct State {
        ServiceStatus::State state = ServiceStatus::State::Running;
        std::optional<Problem> problem;
    };
    [[nodiscard]] virtual State state(const std::string& project, const std::string& name,
                                      const MemberRecord* record, const UnitState& unit) const = 0;

    // The step that does what the plan says; of a plan that is only shown, it is only asked for its
    // check. `host` and `ports` outlive it.
    [[nodiscard]] virtual std::unique_ptr<Step> make_step(StepInput input, StepHost& host,
                                                          const KindPorts& ports) const = 0;
};

// All kinds that there are.
class Kinds {
public:
    // The first is that of records that name none, which are older than the second kind.
    explicit Kinds(std::vector<const Kind*> rows) : rows_(std::move(rows)) {}

    [[nodiscard]] const std::vector<const Kind*>& all() const { return rows_; }
    // The kind of the word, or the first where the word is "". nullptr: there is none.
    [[nodiscard]] const Kind* find(std::string_view word) const;
    // Throws std::logic_error for a kind that there is not.
    [[nodiscard]] const Kind& of(const MemberDefinition& definition) const;
    // The key by which a project file declares it: "services.web".
    [[nodiscard]] std::string key_of(const MemberDefinition& definition) const;

private:
    std::vector<const Kind*> rows_;
};

} // namespace hotreload
