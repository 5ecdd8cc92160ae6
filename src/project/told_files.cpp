// SPDX-License-Identifier: LGPL-2.1-or-later
#include "project/told_files.hpp"

#include <ranges>
#include <set>
#include <string_view>
#include <utility>

namespace hotreload::project {

std::vector<SettledFile> ToldFiles::news(const MemberPlan& plan, const Snapshot& now,
                                         const std::map<std::string, std::string>& renamed) {
    const auto before = std::exchange(told_, {});
    std::vector<SettledFile> news;
    const auto tell = [&](SettledFile file, bool is_known = false) {
        const auto there = now.files.find(file.path);
        const auto content = there == now.files.end() ? std::nullopt : std::optional(there->second);
        if (!told_.emplace(file.path, content).second)
            return;
        const auto told = before.find(file.path);
        if (!is_known && (told == before.end() || told->second != content))
            news.push_back(std::move(file));
    };
    const auto old_paths = renamed | std::views::values;
    const std::set<std::string_view> left(old_paths.begin(), old_paths.end());
    for (const auto& change : plan.changes) {
        if (!is_of_a_file(change))
            continue;
        const auto from = renamed.find(change.subject);
        const bool has_come = from != renamed.end() && change.kind == ChangeKind::Created;
        tell({change.subject, has_come ? ChangeKind::Renamed : change.kind,
              has_come ? from->second : ""},
             left.contains(change.subject) || plan.action == Action::Refused);
    }
    for (const auto& path : now.missing)
        tell({path, ChangeKind::Deleted, ""});
    return news;
}

} // namespace hotreload::project
