// SPDX-License-Identifier: LGPL-2.1-or-later
#include "project/record_index.hpp"

namespace hotreload::project {

void RecordIndex::note(const std::string& service, const MemberRecord* record) {
    const std::string none;
    const auto& unit = record ? record->unit : none;
    if (const auto before = units_.find(service);
        before != units_.end() && before->second != unit) {
        const auto others = by_unit_.find(before->second);
        others->second.erase(service);
        if (others->second.empty())
            by_unit_.erase(others);
        units_.erase(before);
    }
    if (!unit.empty() && units_.try_emplace(service, unit).second)
        by_unit_[unit].insert(service);

    const auto& because = record && record->refusal ? record->refusal->because : none;
    if (because.empty())
        held_back_.erase(service);
    else
        held_back_[service] = because;

    if (record && !record->draining.empty())
        draining_.insert(service);
    else
        draining_.erase(service);
}

const Names& RecordIndex::of_unit(const std::string& unit) const {
    static const Names none;
    const auto found = by_unit_.find(unit);
    return found == by_unit_.end() ? none : found->second;
}

} // namespace hotreload::project
