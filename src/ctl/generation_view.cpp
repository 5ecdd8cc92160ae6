// SPDX-License-Identifier: LGPL-2.1-or-later
#include "ctl/generation_view.hpp"

#include "ctl/change_text.hpp"
#include "ctl/status_view.hpp"
#include "ctl/table.hpp"

#include <format>

namespace hotreload::ctl {

std::vector<Line> show_history(const Json& history, std::uint64_t now_usec,
                               const std::string& directory) {
    std::vector<std::vector<std::string>> rows = {
        {"SERVICE", "GENERATION", "APPLIED", "STRATEGY", "CHANGES"}};
    for (const auto& each : array_of(history, "generations").array_range()) {
        const auto& in_force = each.at("applied");
        const auto changes = name_changes(array_of(each, "changes"), directory);
        rows.push_back({text_of(each, "service"),
                        std::format("{}{}", number_of(each, "generation"),
                                    in_force.is_bool() && in_force.as_bool() ? "*" : ""),
                        show_age(number_of(each, "applied_usec"), now_usec),
                        text_of(each, "strategy"), changes.empty() ? "-" : changes});
    }
    std::vector<Line> lines;
    if (rows.size() == 1)
        return {{Mark::Unchanged, "no generations yet"}};
    for (auto& text : format_table(rows))
        lines.push_back({Mark::Plain, std::move(text)});
    return lines;
}

std::vector<Line> show_difference(const Json& difference, const std::string& directory) {
    std::vector<Line> lines;
    for (auto& text : list_changes(array_of(difference, "changes"), directory))
        lines.push_back({Mark::Plain, std::move(text)});
    if (lines.empty())
        lines.push_back({Mark::Unchanged,
                         std::format("no difference between generations {} and {}",
                                     number_of(difference, "from"), number_of(difference, "to"))});
    return lines;
}

} // namespace hotreload::ctl
