// SPDX-License-Identifier: LGPL-2.1-or-later
#include "ctl/event_text.hpp"

#include "ctl/change_text.hpp"
#include "ctl/status_view.hpp"
#include "ctl/time_text.hpp"

#include <format>

namespace hotreload::ctl {

namespace {

Json named(const char* event) {
    Json json;
    json["event"] = event;
    return json;
}

// JSON that arrives as text; what is not JSON stays text, so that nothing is lost.
Json nested(const std::string& text) {
    if (text.empty())
        return Json::null();
    auto json = parse_json(text);
    return json ? std::move(*json) : Json(text);
}

void append(Json& json, const Json& members) {
    for (const auto& member : members.object_range())
        json[member.key()] = member.value();
}

constexpr auto nobody = static_cast<std::uint32_t>(-1); // called

struct ToJson {
    Json operator()(const FileChanged& e) const {
        Json json = named("FileChanged");
        json["project"] = e.project;
        append(json, file(e));
        return json;
    }
    Json operator()(const FilesSettled& e) const {
        Json json = named("FilesSettled");
        json["project"] = e.project;
        json["id"] = e.id;
        json["files"] = Json(jsoncons::json_array_arg);
        for (const auto& each : e.files)
            json["files"].push_back(file(each));
        json["more"] = e.more;
        return json;
    }
    Json operator()(const ConfigChanged& e) const {
        Json json = named("ConfigChanged");
        json["id"] = e.id;
        json["project"] = e.project;
        json["name"] = e.name;
        json["old"] = nested(e.old_json);
        json["new"] = nested(e.new_json);
        json["patch"] = nested(e.patch_json);
        return json;
    }
    Json operator()(const ValidationFailed& e) const {
        Json json = named("ValidationFailed");
        json["id"] = e.id;
        json["project"] = e.project;
        json["target"] = e.target;
        append(json, to_json(e.problem));
        return json;
    }
    Json operator()(const ReloadStarted& e) const {
        Json json = named("ReloadStarted");
        json["id"] = e.id;
        json["project"] = e.project;
        json["plan"] = nested(e.plan_json);
        return json;
    }
    Json operator()(const ReloadFinished& e) const {
        Json json = named("ReloadFinished");
        append(json, to_json(e));
        return json;
    }
    Json operator()(const PauseChanged& e) const {
        Json json = named("PauseChanged");
        json["project"] = e.project;
        json["service"] = e.service;
        json["paused"] = e.paused;
        json["until_usec"] = e.until_usec;
        json["reason"] = e.reason;
        json["caller_uid"] = e.caller_uid == nobody ? Json::null() : Json(e.caller_uid);
        return json;
    }
    Json operator()(const ServiceChanged& e) const {
        Json json = named("ServiceChanged");
        append(json, to_json(e.state));
        return json;
    }
    Json operator()(const ProjectChanged& e) const {
        Json json = named("ProjectChanged");
        append(json, to_json(e.state));
        json.erase("services"); // they have events of their own
        json.erase("configs");
        return json;
    }
    Json operator()(const ConfigRevision& e) const {
        Json json = named("ConfigRevision");
        append(json, to_json(e.state));
        return json;
    }
    Json operator()(const ServiceRemoved& e) const {
        Json json = named("ServiceRemoved");
        json["project"] = e.project;
        json["service"] = e.service;
        return json;
    }
    Json operator()(const ProjectRemoved& e) const {
        Json json = named("ProjectRemoved");
        json["project"] = e.project;
        return json;
    }
    Json operator()(const ConfigRemoved& e) const {
        Json json = named("ConfigRemoved");
        json["project"] = e.project;
        json["config"] = e.config;
        return json;
    }
    Json operator()(const DaemonGone&) const { return named("DaemonGone"); }
    Json operator()(const DaemonBack&) const { return named("DaemonBack"); }

private:
    static Json file(const FileChanged& e) {
        Json json;
        json["path"] = e.path;
        json["kind"] = e.kind;
        json["from"] = e.from;
        return json;
    }
};

struct ToLines {
    const std::string& directory;

    using Lines = std::vector<Line>;
    Lines operator()(const FileChanged& e) const {
        return plain("{}: {} {}{}", e.project, show_path(e.path, directory), e.kind,
                     e.from.empty() ? "" : " from " + show_path(e.from, directory));
    }
    Lines operator()(const FilesSettled& e) const {
        const auto count = e.files.size() + e.more;
        return plain("{}: {} settled, {}", e.project,
                     count == 1 ? "1 file has" : std::format("{} files have", count),
                     e.id.empty() ? "nothing is done by itself" : "reload " + e.id);
    }
    Lines operator()(const ConfigChanged& e) const {
        const auto steps = list_patch(e.patch_json);
        Lines lines;
        if (e.name.starts_with('/')) { // a document; each line finds its file on its own
            for (const auto& step : steps)
                lines.push_back({Mark::Plain, show_path(e.name, directory) + ": " + step});
            return lines.empty() ? plain("{} changed", show_path(e.name, directory)) : lines;
        }
        lines = plain("{}: {} changed", e.project, e.name); // a definition, or a config
        for (const auto& step : steps)
            lines.push_back({Mark::Plain, "    " + step});
        return lines;
    }
    Lines operator()(const ValidationFailed& e) const {
        return {{Mark::Failed, std::format("{}: {}", e.target.empty() ? e.project : e.target,
                                           show_problem(e.problem, directory))}};
    }
    Lines operator()(const ReloadStarted& e) const {
        return plain("{}: reload {} started", e.project, e.id);
    }
    Lines operator()(const ReloadFinished& e) const {
        auto lines = plain("{}: reload {} finished: {}, {}", e.project, e.id, e.result,
                           show_duration(e.duration));
        for (auto& line : report_reload(e, {}, directory).lines)
            lines.push_back(std::move(line));
        return lines;
    }
    Lines operator()(const PauseChanged& e) const {
        const auto what = e.service.empty() ? e.project : e.project + "/" + e.service;
        const auto until = e.until_usec ? " until " + show_time(e.until_usec, TimeForm::Date) : "";
        return plain("{}: {}{}{}", what, e.paused ? "paused" : "resumed", until,
                     e.reason.empty() ? "" : ": " + e.reason);
    }
    Lines operator()(const ServiceChanged& e) const {
        const auto pid = e.state.main_pid ? std::format(", PID {}", e.state.main_pid) : "";
        return plain("{}/{}: {}, generation {}{}", e.state.project, e.state.name, e.state.state,
                     e.state.generation, pid);
    }
    Lines operator()(const ProjectChanged& e) const {
        return plain("{}: {}", e.state.name, e.state.state);
    }
    Lines operator()(const ConfigRevision& e) const {
        auto lines = plain("{}/configs.{}: {}, revision {}", e.state.project, e.state.name,
                           e.state.state, e.state.revision);
        for (const auto& problem : e.state.problems)
            lines.push_back({Mark::Failed, show_problem(problem, directory)});
        return lines;
    }
    Lines operator()(const ServiceRemoved& e) const {
        return plain("{}/{}: removed", e.project, e.service);
    }
    Lines operator()(const ProjectRemoved& e) const { return plain("{}: removed", e.project); }
    Lines operator()(const ConfigRemoved& e) const {
        return plain("{}/configs.{}: removed", e.project, e.config);
    }
    Lines operator()(const DaemonGone&) const { return plain("hotreloadd is gone"); }
    Lines operator()(const DaemonBack&) const { return plain("hotreloadd is there"); }

private:
    template <class... Args>
    static Lines plain(std::format_string<Args...> format, Args&&... args) {
        return {{Mark::Plain, std::format(format, std::forward<Args>(args)...)}};
    }
};

struct ToProject {
    std::string operator()(const ServiceChanged& e) const { return e.state.project; }
    std::string operator()(const ProjectChanged& e) const { return e.state.name; }
    std::string operator()(const ConfigRevision& e) const { return e.state.project; }
    std::string operator()(const DaemonGone&) const { return {}; }
    std::string operator()(const DaemonBack&) const { return {}; }
    std::string operator()(const auto& e) const { return e.project; }
};

} // namespace

Json to_json(const ReloadFinished& reload) {
    Json json;
    json["id"] = reload.id;
    json["project"] = reload.project;
    json["result"] = reload.result;
    json["duration_usec"] = reload.duration.count();
    json["detail"] = nested(reload.detail_json);
    return json;
}

Json to_json(const Event& event) {
    return std::visit(ToJson{}, event);
}

std::vector<Line> show_event(const Event& event, const std::string& directory) {
    return std::visit(ToLines{directory}, event);
}

std::string project_of(const Event& event) {
    return std::visit(ToProject{}, event);
}

} // namespace hotreload::ctl
