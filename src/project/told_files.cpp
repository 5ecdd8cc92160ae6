// SPDX-License-Identifier: LGPL-2.1-or-later
#include "project/told_files.hpp"

#include <algorithm>
#include <ranges>
#include <utility>

namespace hotreload::project {

std::vector<SettledFile> ToldFiles::news(const MemberPlan& plan, const Snapshot& now,
                                         const std::map<std::string, std::string>& renamed) {
    const auto before = std::exchange(told_, {});
    std::vector<SettledFile> news;
    const auto tell = [&](SettledFile file, bool is_known = false) {
        const auto there = now.files.find(file.path);
        const auto content =
            there == now.files.end() ? std::nullopt : std::optional(there->second);
        if (!told_.emplace(file.path, content).second)
            return;
        const auto told = before.find(file.path);
        if (!is_known && (told == before.end() || told->second != content))
            news.push_back(std::move(file));
    };
    for (const auto& change : plan.changes) {
        const auto from = renamed.find(change.subject);
        const bool left = std::ranges::contains(std::views::values(renamed), change.subject);
        const bool is_known = plan.action == Action::Refused;
        if (from != renamed.end() && change.kind == ChangeKind::Created)
            tell({change.subject, ChangeKind::Renamed, from->second}, is_known);
        else if (is_of_a_file(change) && !left)
            tell({change.subject, change.kind, ""}, is_known);
    }
    for (const auto& path : now.missing)
        tell({path, ChangeKind::Deleted, ""});
    return news;
}

} // namespace hotreload::project
