// SPDX-License-Identifier: LGPL-2.1-or-later
#include "ctl/explain_view.hpp"

#include "ctl/table.hpp"
#include "ctl/time_text.hpp"

#include <format>
#include <iterator>

namespace hotreload::ctl {

namespace {

// A project file, a schema and the like are named in full: only a watch has patterns.
bool concerns(const Json& watch) {
    return !text_of(watch, "pattern").empty() || !text_of(watch, "watch").starts_with("watch[");
}

std::string where(const Json& watch) {
    const auto target = text_of(watch, "target");
    return std::format("{}{}{}, {}", text_of(watch, "project"), target.empty() ? "" : "/", target,
                       text_of(watch, "watch"));
}

std::string how(const Json& watch, std::size_t copies) {
    std::string text;
    const auto add = [&](const std::string& part) { text += (text.empty() ? ": " : ", ") + part; };
    if (const auto path = text_of(watch, "path"); !path.empty())
        add("as " + path);
    if (const auto pattern = text_of(watch, "pattern"); !pattern.empty())
        add(std::format("\"{}\" matches", pattern));
    if (const auto format = text_of(watch, "format"); !format.empty())
        add("compared as " + format);
    if (copies)
        add(std::format("{} good cop{} kept", copies, copies == 1 ? "y" : "ies"));
    return text;
}

// Returns whether a change of the path is taken by it.
bool explain_watch(const Json& watch, const std::string& directory, std::vector<Line>& lines) {
    const auto stopped = text_of(watch, "stopped");
    if (!concerns(watch)) {
        lines.push_back({Mark::Unchanged,
                         where(watch) + ": " + (stopped.empty() ? "no pattern matches" : stopped)});
        return false;
    }
    if (!stopped.empty()) {
        lines.push_back(
            {Mark::Waiting, std::format("{}{}{}kept out: {}", where(watch), how(watch, 0),
                                        how(watch, 0).empty() ? ": " : ", ", stopped)});
        return false;
    }
    const auto& copies = array_of(watch, "copies");
    lines.push_back({Mark::Applied, where(watch) + how(watch, copies.size())});
    constexpr std::size_t most = 3;
    for (std::size_t i = 0; i < copies.size() && i < most; ++i)
        lines.push_back({Mark::Plain, "    " + show_path(copies[i].as<std::string>(), directory)});
    if (copies.size() > most)
        lines.push_back({Mark::Plain, std::format("    and {} more", copies.size() - most)});
    return true;
}

} // namespace

Report report_explanation(const Json& explanation, const std::vector<const ProjectState*>& nearest,
                          const std::string& directory) {
    Report report;
    const auto path = show_path(text_of(explanation, "path"), directory);
    report.lines.push_back({Mark::Plain, path + ": " + text_of(explanation, "state")});
    bool watched = false;
    for (const auto& watch : array_of(explanation, "watches").array_range())
        watched |= explain_watch(watch, directory, report.lines);
    if (!watched) {
        report.status = ExitStatus::Failed;
        std::string of;
        for (const auto* each : nearest)
            of += std::format("{}{} ({})", of.empty() ? "; it is in the directory of " : ", ",
                              each->name, show_path(each->path, directory));
        report.lines.push_back({Mark::Failed, path + ": nobody watches it" + of});
    }
    for (const auto& plan : array_of(explanation, "plans").array_range()) {
        report.lines.push_back({Mark::Plain, "a reload of " + text_of(plan, "project") + " now:"});
        std::ranges::move(report_plan(plan.to_string(), directory).lines,
                          std::back_inserter(report.lines));
    }
    return report;
}

std::vector<Line> list_watcher_events(const Json& events, const std::string& directory) {
    std::vector<std::vector<std::string>> rows = {{"TIME", "EVENT", "PATH", "FATE"}};
    for (const auto& event : array_of(events, "events").array_range())
        rows.push_back({show_time(number_of(event, "realtime_usec"), TimeForm::Clock),
                        text_of(event, "mask"), show_path(text_of(event, "path"), directory),
                        text_of(event, "fate")});
    std::vector<Line> lines;
    for (auto& text : format_table(rows))
        lines.push_back({Mark::Plain, std::move(text)});
    return lines;
}

} // namespace hotreload::ctl
