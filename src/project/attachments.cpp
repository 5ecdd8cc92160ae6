// SPDX-License-Identifier: LGPL-2.1-or-later
#include "project/attachments.hpp"

#include "core/instances.hpp"

#include <algorithm>
#include <format>
#include <utility>

namespace hotreload::project {

std::string why_unfit(const std::string& unit, const UnitState& state) {
    if (state.load_state == "not-found")
        return std::format("no such unit: {}", unit);
    if (state.load_state == "masked")
        return std::format("{0} is masked: \"systemctl unmask {0}\" makes it a unit again", unit);
    if (!state.loaded())
        return std::format("{0} cannot be used ({1}): \"systemctl status {0}\" says why; "
                           "when its file is mended, run: systemctl daemon-reload",
                           unit, state.load_state);
    return why_meaningless(unit, state);
}

std::string why_meaningless(const std::string& unit, const UnitState& state) {
    if (!state.oneshot || state.consists.empty())
        return "";
    std::string others;
    for (const auto& each : state.consists)
        others += std::format("{}\"{}\"", others.empty() ? "" : " or ", each);
    return std::format("{} runs no process, and whether what it stands for takes a change is not "
                       "to be seen by it: write unit = {}",
                       unit, others);
}

std::string why_taken(const std::string& unit, const Attachments::Holder& by) {
    return std::format("{} is attached already, by service {}/{}: only one of the two can be, and "
                       "that one is",
                       unit, by.project, by.service);
}

bool Attachments::are_one(const std::string& a, const std::string& b) const {
    return are_one_unit(own_name(a), own_name(b));
}

std::string Attachments::own_name(const std::string& unit) const {
    auto id = units_.state(unit).id;
    return id.empty() ? unit : id;
}

void Attachments::keep_only(const Holder& holder, const std::set<std::string>& units,
                            const std::string& leaves) {
    bool freed = 0 < std::erase_if(claims_, [&](const Claim& claim) {
                     return claim.holder == holder && !units.contains(claim.unit);
                 });
    for (const auto& unit : units) {
        const bool is_left = unit == leaves;
        const auto known = std::ranges::find_if(claims_, [&](const Claim& claim) {
            return claim.holder == holder && claim.unit == unit;
        });
        if (known == claims_.end())
            claims_.push_back({unit, holder, is_left});
        else if (!std::exchange(known->is_left, is_left) && is_left)
            freed = true;
    }
    if (freed && on_release)
        on_release();
}

std::optional<Attachments::Holder> Attachments::rival(const std::string& unit,
                                                      const Holder& holder) const {
    const auto first = std::ranges::find_if(claims_, [&](const Claim& claim) {
        const bool gives_way =
            claim.is_left && claim.holder != holder && claim.holder.project == holder.project;
        return !gives_way && are_one(claim.unit, unit);
    });
    if (first == claims_.end() || first->holder == holder)
        return std::nullopt;
    return first->holder;
}

std::optional<Attachments::Holder> Attachments::holder(const std::string& unit,
                                                       const std::string& but_for) const {
    const auto first = std::ranges::find_if(
        claims_, [&](const Claim& claim) { return are_one(claim.unit, unit); });
    if (first == claims_.end() || first->holder.project == but_for)
        return std::nullopt;
    return first->holder;
}

} // namespace hotreload::project
