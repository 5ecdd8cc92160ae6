// SPDX-License-Identifier: LGPL-2.1-or-later
#include "ctl/generation_view.hpp"

#include "core/trigger.hpp"
#include "ctl/change_text.hpp"
#include "ctl/table.hpp"
#include "ctl/time_text.hpp"

#include <algorithm>
#include <format>
#include <utility>

namespace hotreload::ctl {

namespace {

Mark mark_of(const std::string& line) {
    return line.starts_with('-')    ? Mark::Removed
           : line.starts_with('+')  ? Mark::Added
           : line.starts_with("@@") ? Mark::Place
                                    : Mark::Plain;
}

struct Row {
    std::string service;
    std::uint64_t usec = 0;
    std::vector<std::string> cells;
};

std::string by(const Json& each, const NameOfUser& name_of) {
    if (each.contains("caller_uid")) {
        const auto user = name_of(static_cast<std::uint32_t>(number_of(each, "caller_uid")));
        const auto comm = text_of(each, "caller_comm");
        return comm.empty() ? user : std::format("{} ({})", user, comm);
    }
    const auto trigger = text_of(each, "trigger");
    return trigger.empty() ? "-" : trigger;
}

// The cause of a generation that has no changes.
std::string cause(const Json& generation) {
    const auto trigger = word_of<Trigger>(generation, "trigger");
    return trigger == Trigger::Request       ? "asked for"
           : trigger == Trigger::Start       ? "was not running"
           : trigger == Trigger::Unconfirmed ? "nobody confirmed what was there"
                                             : "-";
}

Row row_of_generation(const Json& each, const HistoryStyle& view) {
    const auto usec = number_of(each, "applied_usec");
    const auto changes = name_changes(array_of(each, "changes"), view.directory);
    return {
        text_of(each, "service"),
        usec,
        {text_of(each, "service"),
         std::format("{}{}", number_of(each, "generation"), flag_of(each, "applied") ? "*" : ""),
         show_time(usec, view.utc ? TimeForm::Utc : TimeForm::Date), text_of(each, "strategy"),
         by(each, view.name_of_user), changes.empty() ? cause(each) : changes}};
}

Row row_of_event(const Json& each, const HistoryStyle& view) {
    const auto usec = number_of(each, "realtime_usec");
    const auto generation = number_of(each, "generation");
    const auto why = each.contains("problem")
                         ? show_problem(problem_in(each["problem"]), view.directory)
                         : std::string();
    return {text_of(each, "service"),
            usec,
            {text_of(each, "service"), generation ? std::to_string(generation) : "-",
             show_time(usec, view.utc ? TimeForm::Utc : TimeForm::Date), text_of(each, "what"),
             by(each, view.name_of_user), why.empty() ? "-" : why}};
}

} // namespace

std::vector<Line> show_history(const Json& history, const HistoryStyle& view) {
    std::vector<Row> rows;
    for (const auto& each : array_of(history, "generations").array_range())
        rows.push_back(row_of_generation(each, view));
    for (const auto& each : array_of(history, "events").array_range())
        rows.push_back(row_of_event(each, view));
    if (rows.empty())
        return {{Mark::Unchanged, "no generations yet"}};
    std::ranges::stable_sort(rows, [](const Row& a, const Row& b) {
        return a.service != b.service ? a.service < b.service : a.usec > b.usec;
    });
    std::vector<std::vector<std::string>> table = {
        {"SERVICE", "GENERATION", "WHEN", "WHAT", "BY", "CHANGES"}};
    std::size_t shown = 0;
    std::string service;
    for (auto& row : rows) {
        shown = std::exchange(service, row.service) == row.service ? shown + 1 : 1;
        if (view.most == 0 || shown <= view.most)
            table.push_back(std::move(row.cells));
    }
    std::vector<Line> lines;
    for (auto& text : format_table(table))
        lines.push_back({Mark::Plain, std::move(text)});
    return lines;
}

std::vector<Line> show_difference(const Json& difference, const std::string& directory) {
    std::vector<Line> lines;
    for (const auto& change : array_of(difference, "changes").array_range()) {
        Json one(jsoncons::json_array_arg);
        one.push_back(change);
        for (auto& text : list_changes(one, directory))
            lines.push_back({Mark::Plain, std::move(text)});
        for (const auto& each : array_of(change, "lines").array_range()) {
            auto text = each.as<std::string>();
            lines.push_back({mark_of(text), std::move(text)});
        }
    }
    if (lines.empty())
        lines.push_back({Mark::Unchanged,
                         std::format("no difference between generations {} and {}",
                                     number_of(difference, "from"), number_of(difference, "to"))});
    return lines;
}

} // namespace hotreload::ctl
