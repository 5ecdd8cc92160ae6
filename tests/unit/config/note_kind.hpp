// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// A made-up kind: what a project file can declare beside services.

#include "core/record_step.hpp"

#include <array>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace hotreload::test {

inline constexpr auto kNoteSettings = std::to_array<SettingKey>({{"file", ValueType::Path}});

class NoteKind final : public Kind {
public:
    [[nodiscard]] std::string_view word() const override { return "note"; }
    [[nodiscard]] std::string_view table() const override { return "notes"; }
    [[nodiscard]] bool takes(std::string_view) const override { return false; }
    [[nodiscard]] std::span<const SettingKey> settings() const override { return kNoteSettings; }
    void check(Declaration&) const override {}
    [[nodiscard]] std::vector<Change> changes(const MemberView&) const override { return {}; }
    [[nodiscard]] MemberPlan plan(const std::string& name, const MemberView&,
                                  const PlanOptions&) const override {
        return {.service = name};
    }
    [[nodiscard]] State state(const std::string&, const std::string&, const MemberRecord*,
                              const UnitState&) const override {
        return {};
    }
    [[nodiscard]] std::unique_ptr<Step> make_step(StepInput, StepHost&,
                                                  const KindPorts&) const override {
        return nullptr;
    }
};

} // namespace hotreload::test
