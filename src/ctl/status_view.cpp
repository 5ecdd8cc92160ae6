// SPDX-License-Identifier: LGPL-2.1-or-later
#include "ctl/status_view.hpp"

#include "core/status.hpp"
#include "core/trigger.hpp"
#include "ctl/change_text.hpp"
#include "ctl/table.hpp"
#include "ctl/time_text.hpp"

#include <algorithm>
#include <array>
#include <format>

namespace hotreload::ctl {

namespace {

constexpr std::string_view nothing = "-";

std::string or_nothing(const std::string& text) {
    return text.empty() ? std::string(nothing) : text;
}

// Words of a later version of the daemon are not ours to judge.

bool has_state(const ServiceState& service, ServiceStatus::State state) {
    return parse_word<ServiceStatus::State>(service.state) == state;
}

bool has_state(const ConfigState& config, ConfigStatus::State state) {
    return parse_word<ConfigStatus::State>(config.state) == state;
}

bool is_bad(const ServiceState& service) {
    using State = ServiceStatus::State;
    constexpr std::array bad = {State::Failed,          State::Invalid,        State::RolledBack,
                                State::HeldBack,        State::NeedsAttention, State::Ended,
                                State::StoppedMeanwhile};
    const auto state = parse_word<State>(service.state);
    return state && std::ranges::contains(bad, *state);
}

bool is_bad(const ProjectState& project) {
    const auto state = parse_word<ProjectStatus::State>(project.state);
    return state && *state != ProjectStatus::State::Running;
}

ExitStatus status_of(const ServiceState& service) {
    if (is_bad(service))
        return ExitStatus::Failed;
    const bool waits = has_state(service, ServiceStatus::State::Waiting) ||
                       has_state(service, ServiceStatus::State::Incomplete) ||
                       !service.waiting.empty() || !service.held.empty();
    return waits ? ExitStatus::Waiting : ExitStatus::Ok;
}

// "paused until 2026-11-30 15:00:00: deploy; a.conf, b.conf wait — run: …"
std::string pause_text(const ServiceState& service, const std::string& directory) {
    std::string text = "paused";
    if (service.paused_until_usec)
        text += " until " + show_time(service.paused_until_usec, TimeForm::Date);
    if (!service.pause_reason.empty())
        text += ": " + service.pause_reason;
    constexpr std::size_t most = 4;
    for (std::size_t i = 0; i < std::min(most, service.held.size()); ++i)
        text += (i == 0 ? "; waiting: " : ", ") + show_path(service.held[i], directory);
    if (service.held.size() > most)
        text += std::format(" and {} more", service.held.size() - most);
    return std::format("{} — run: hotreloadctl resume {}/{}", text, service.project, service.name);
}

// "disabled" is a state of a project with which all is well, and an addition to any other.
std::string state_of(const ProjectState& project) {
    if (project.enabled)
        return project.state;
    const auto state = parse_word<ProjectStatus::State>(project.state);
    return state == ProjectStatus::State::Running ? "disabled" : project.state + ", disabled";
}

// The last result; a refusal that is mended since is no error any more.
std::string last_result(const ServiceState& service) {
    constexpr std::array bad = {ReloadResult::Failed, ReloadResult::Invalid, ReloadResult::Refused,
                                ReloadResult::RolledBack, ReloadResult::NeedsAttention};
    const auto result = parse_word<ReloadResult>(service.last_result);
    const bool was_bad = result && std::ranges::contains(bad, *result);
    const bool well = service.problems.empty() && !is_bad(service);
    if (parse_word<Trigger>(service.last_trigger) == Trigger::Unconfirmed && !was_bad)
        return service.last_result + ", as nobody confirmed what was there";
    return or_nothing(service.last_result) + (was_bad && well ? ", then taken back" : "");
}

std::string waiting_hint(const ServiceState& service) {
    const auto changes = parse_json(service.last_changes_json);
    return hint_for_waiting(service.project, service.name, changes ? *changes : Json::null());
}

std::vector<std::string> row(const ServiceState& service, std::uint64_t now_usec) {
    return {service.name,
            service.state,
            service.generation ? std::to_string(service.generation) : std::string(nothing),
            or_nothing(service.last_strategy),
            service.last_applied_usec ? show_age(service.last_applied_usec, now_usec)
                                      : std::string(nothing),
            service.main_pid ? std::to_string(service.main_pid) : std::string(nothing),
            or_nothing(service.unit)};
}

void add_remarks(std::vector<Line>& lines, const ServiceState& service,
                 const std::string& directory) {
    const auto add = [&](Mark mark, const std::string& text) {
        lines.push_back({mark, service.name + ": " + text});
    };
    const bool incomplete = has_state(service, ServiceStatus::State::Incomplete);
    if (incomplete)
        add(Mark::Waiting, "waits for the other files of a set, of which only some have changed");
    for (const auto& problem : service.problems)
        add(incomplete ? Mark::Waiting : Mark::Failed, show_problem(problem, directory));
    for (const auto& change : service.waiting)
        add(Mark::Waiting,
            std::format("waiting: {} — {}", show_path(change, directory), waiting_hint(service)));
    for (const auto& path : service.missing)
        add(Mark::Waiting, "missing: " + show_path(path, directory));
    for (const auto& path : service.writing)
        add(Mark::Unchanged, "still being written: " + show_path(path, directory));
    if (service.paused)
        add(service.held.empty() ? Mark::Unchanged : Mark::Waiting, pause_text(service, directory));
    if (service.confirm_until_usec > 0)
        add(Mark::Waiting,
            std::format("put back at {} unless it is confirmed — run: hotreloadctl confirm {}/{}",
                        show_time(service.confirm_until_usec, TimeForm::Date), service.project,
                        service.name));
    for (const auto generation : service.draining)
        add(Mark::Unchanged, std::format("generation {} finishes what it has in hand", generation));
    if (service.last_gap_usec > 0)
        add(Mark::Unchanged, std::format("nobody served for {} at the last restart",
                                         show_duration(Duration(
                                             static_cast<Duration::rep>(service.last_gap_usec)))));
    const auto& watching = service.watching;
    using Kind = WatchState::Kind;
    const auto kind = kind_of_watch(watching);
    if (kind == Kind::Suspended)
        add(Mark::Waiting, std::format("watching: {} — run: hotreloadctl resume {}/{}", watching,
                                       service.project, service.name));
    else if (kind == Kind::Polling) // as good as watching, a little later
        add(Mark::Unchanged, "watching: " + watching);
    else if (!watching.empty() && kind != Kind::Watching && kind != Kind::Off)
        add(Mark::Waiting, "watching: " + watching);
}

void add_last_changes(std::vector<Line>& lines, const ServiceState& service,
                      const std::string& directory) {
    const auto changes = parse_json(service.last_changes_json);
    if (!changes || !changes->is_array() || changes->empty())
        return;
    lines.push_back(
        {Mark::Plain, std::format("{}: last change, {}:", service.name, last_result(service))});
    for (const auto& text : summarize_changes(*changes, directory))
        lines.push_back({Mark::Plain, "    " + text});
}

void add_configs(Report& report, const ProjectState& project, const std::string& directory) {
    std::vector<std::vector<std::string>> rows = {{"CONFIG", "STATE", "REVISION", "FILE"}};
    for (const auto& config : project.configs) {
        rows.push_back({config.name, config.state,
                        config.revision ? std::to_string(config.revision) : std::string(nothing),
                        show_path(config.path, directory)});
        if (has_state(config, ConfigStatus::State::Invalid))
            report.status = ExitStatus::Failed;
    }
    if (rows.size() > 1)
        for (auto& text : format_table(rows))
            report.lines.push_back({Mark::Plain, "  " + std::move(text)});
}

void add_config_remarks(std::vector<Line>& lines, const ConfigState& config,
                        const std::string& directory) {
    const auto add = [&](Mark mark, const std::string& text) {
        lines.push_back({mark, "configs." + config.name + ": " + text});
    };
    for (const auto& problem : config.problems)
        add(Mark::Failed, show_problem(problem, directory));
    if (has_state(config, ConfigStatus::State::Invalid) && config.revision)
        add(Mark::Unchanged, std::format("revision {} stays in force", config.revision));
    if (has_state(config, ConfigStatus::State::Missing))
        add(Mark::Waiting, "missing: " + show_path(config.path, directory));
    if (has_state(config, ConfigStatus::State::Writing))
        add(Mark::Unchanged, "still being written: " + show_path(config.path, directory));
}

} // namespace

std::string show_age(std::uint64_t then_usec, std::uint64_t now_usec) {
    if (now_usec < then_usec + 1'000'000)
        return "now";
    const auto seconds = (now_usec - then_usec) / 1'000'000;
    if (seconds < 60)
        return std::format("{}s ago", seconds);
    if (seconds < 60 * 60)
        return std::format("{}min ago", seconds / 60);
    if (seconds < 48 * 60 * 60)
        return std::format("{}h ago", seconds / 60 / 60);
    return std::format("{} days ago", seconds / 60 / 60 / 24);
}

Report report_status(const ProjectState& project, std::uint64_t now_usec,
                     const std::string& directory, bool detailed) {
    Report report;
    report.lines.push_back({Mark::Plain, std::format("{}: {}, {}", project.name, state_of(project),
                                                     show_path(project.path, directory))});
    if (is_bad(project))
        report.status = ExitStatus::Failed;
    std::vector<std::vector<std::string>> rows = {
        {"SERVICE", "STATE", "GENERATION", "STRATEGY", "APPLIED", "PID", "UNIT"}};
    for (const auto& service : project.services) {
        rows.push_back(row(service, now_usec));
        report.status = worse(report.status, status_of(service));
    }
    if (rows.size() > 1)
        for (auto& text : format_table(rows))
            report.lines.push_back({Mark::Plain, "  " + std::move(text)});
    add_configs(report, project, directory);
    for (const auto& problem : project.problems)
        report.lines.push_back({Mark::Failed, show_problem(problem, directory)});
    for (const auto& service : project.services) {
        add_remarks(report.lines, service, directory);
        if (detailed || status_of(service) != ExitStatus::Ok)
            add_last_changes(report.lines, service, directory);
    }
    for (const auto& config : project.configs)
        add_config_remarks(report.lines, config, directory);
    return report;
}

Report list_projects(const std::vector<ProjectState>& projects) {
    Report report;
    std::vector<std::vector<std::string>> rows = {{"PROJECT", "STATE", "SERVICES", "FILE"}};
    for (const auto& project : projects) {
        rows.push_back({project.name, state_of(project), std::to_string(project.services.size()),
                        project.path});
        if (is_bad(project))
            report.status = ExitStatus::Failed;
    }
    for (auto& text : format_table(rows))
        report.lines.push_back({Mark::Plain, std::move(text)});
    return report;
}

Report report_services(const ProjectState& project, const std::string& directory) {
    Report report;
    for (const auto& service : project.services) {
        const auto status = status_of(service);
        const auto mark = status == ExitStatus::Ok        ? Mark::Applied
                          : status == ExitStatus::Waiting ? Mark::Waiting
                                                          : Mark::Failed;
        std::string text = service.name + ": " + service.state;
        if (service.generation)
            text += std::format(", generation {}", service.generation);
        if (service.paused)
            text = service.name + ": " + pause_text(service, directory);
        else if (has_state(service, ServiceStatus::State::Incomplete))
            text += ": the other files of a set are to come";
        else if (status == ExitStatus::Waiting)
            text += " — " + waiting_hint(service);
        const bool why = status == ExitStatus::Failed && !service.problems.empty();
        if (why)
            text += ": " + show_problem(service.problems.front(), directory);
        report.lines.push_back({mark, std::move(text)});
        for (std::size_t i = 1; why && i < service.problems.size(); ++i)
            report.lines.push_back({Mark::Failed, show_problem(service.problems[i], directory)});
        report.status = worse(report.status, status);
    }
    for (const auto& problem : project.problems)
        report.lines.push_back({Mark::Failed, show_problem(problem, directory)});
    if (is_bad(project))
        report.status = ExitStatus::Failed;
    return report;
}

} // namespace hotreload::ctl
