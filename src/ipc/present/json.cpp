// SPDX-License-Identifier: LGPL-2.1-or-later
#include "ipc/present/json.hpp"

#include "base/json_text.hpp"
#include "base/utf8.hpp"
#include "core/strategy.hpp"

#include <jsoncons/json_encoder.hpp>

#include <concepts>

namespace hotreload::ipc {

namespace {

// Streams; a ReloadStarted is rendered before its action, on the way to it.
class Json {
public:
    Json(std::string& text, Audience reader) : text_(text), out_(text), reader_(reader) {}

    [[nodiscard]] Audience reader() const { return reader_; }
    [[nodiscard]] bool tells_values() const { return reader_ == Audience::Inspectors; }

    // Members of the object that `write` writes.
    template <class Write>
    void object(Write write) {
        out_.begin_object();
        write();
        out_.end_object();
    }

    void member(std::string_view name, std::string_view value) {
        out_.key(name);
        string(value);
    }
    void member(std::string_view name, const char* value) { member(name, std::string_view(value)); }
    void member(std::string_view name, const std::string& value) {
        member(name, std::string_view(value));
    }
    void member(std::string_view name, bool value) {
        out_.key(name);
        out_.bool_value(value);
    }
    template <std::integral T>
    void member(std::string_view name, T value) {
        out_.key(name);
        if constexpr (std::signed_integral<T>)
            out_.int64_value(value);
        else
            out_.uint64_value(value);
    }
    void member(std::string_view name, const std::vector<std::string>& values) {
        list(name, values, [this](const std::string& value) { string(value); });
    }
    void number(std::uint64_t value) { out_.uint64_value(value); }
    template <class Write>
    void member_object(std::string_view name, Write write) {
        out_.key(name);
        object(write);
    }
    // JSON text as the value that it is; what is none (a value that was shortened) stays text.
    void member_json(std::string_view name, const std::string& text) {
        out_.key(name);
        if (!is_json(text))
            return string(text);
        out_.null_value(); // in its place
        out_.flush();
        text_.replace(text_.size() - kNull.size(), kNull.size(), text);
    }
    template <class T, class Write>
    void list(std::string_view name, const std::vector<T>& values, Write write) {
        out_.key(name);
        list(values, write);
    }
    template <class T, class Write>
    void list(const std::vector<T>& values, Write write) {
        out_.begin_array();
        for (const auto& value : values)
            write(value);
        out_.end_array();
    }

private:
    static constexpr std::string_view kNull = "null";

    void string(std::string_view value) {
        if (is_utf8(value))
            out_.string_value(value);
        else
            out_.string_value(to_utf8(value));
    }

    std::string& text_;
    jsoncons::compact_json_string_encoder out_;
    Audience reader_;
};

// Of `write`, which is given the Json to write one value to.
template <class Write>
std::string render_value(Audience reader, Write write) {
    std::string text;
    {
        Json json(text, reader); // its end flushes
        write(json);
    }
    return text;
}

template <class Write>
std::string render(Audience reader, Write write) {
    return render_value(reader, [&](Json& json) { json.object([&] { write(json); }); });
}

void problem_members(Json& json, const Problem& told) {
    const auto problem = shown_to(json.reader(), told);
    json.member("path", problem.path);
    json.member("line", problem.line);
    json.member("column", problem.column);
    json.member("message", problem.message);
}

void problems(Json& json, const std::vector<Problem>& list) {
    json.list("problems", list, [&](const Problem& problem) {
        json.object([&] { problem_members(json, problem); });
    });
}

void key_members(Json& json, const KeyChange& key) {
    json.member("op", key.operation);
    json.member("path", key.pointer);
    json.member("key", key.key);
    if (json.tells_values() && !key.before.empty())
        json.member_json("old", key.before);
    if (json.tells_values() && !key.after.empty())
        json.member_json("new", key.after);
    json.member("strategy", to_string(key.strategy));
    json.member("reason", key.reason);
}

void change_object(Json& json, const Change& change) {
    json.object([&] {
        json.member("subject", change.subject);
        json.member("kind", change.kind);
        json.member("before", json.tells_values() ? change.before : "");
        json.member("after", json.tells_values() ? change.after : "");
        json.member("strategy", to_string(change.strategy));
        json.member("reason", change.problem ? "invalid: " + to_string(shown_to(json.reader(),
                                                                                *change.problem))
                                             : change.reason);
        if (!change.keys.empty())
            json.list("keys", change.keys,
                      [&](const KeyChange& key) { json.object([&] { key_members(json, key); }); });
        if (json.tells_values() && !change.lines.empty())
            json.member("lines", change.lines);
    });
}

void changes(Json& json, const char* name, const std::vector<Change>& list) {
    json.list(name, list, [&](const Change& change) { change_object(json, change); });
}

void plan_members(Json& json, const Plan& plan) {
    json.member("project", plan.project);
    json.list("services", plan.services, [&](const ServicePlan& service) {
        json.object([&] {
            json.member("service", service.service);
            json.member("action", to_string(service.action));
            json.member("reason", service.reason);
            changes(json, "changes", service.changes);
            if (service.refusal)
                json.member_object("problem", [&] { problem_members(json, *service.refusal); });
        });
    });
}

void cause_members(Json& json, const std::string& trigger, const CallerUid& caller) {
    json.member("trigger", trigger);
    if (caller)
        json.member("caller_uid", *caller);
}

void outcome_members(Json& json, const Outcome& outcome) {
    json.member("result", outcome.result);
    cause_members(json, outcome.trigger, outcome.caller);
    json.list("services", outcome.services, [&](const ServiceOutcome& service) {
        json.object([&] {
            json.member("service", service.service);
            json.member("action", to_string(service.action));
            json.member("result", service.result);
            json.member("generation", service.generation);
            json.member("unit", service.unit);
            json.member("gap_usec", service.gap.count());
            json.member("note", json.tells_values() ? service.note : "");
            changes(json, "changes", service.changes);
            if (service.problem)
                json.member_object("problem", [&] { problem_members(json, *service.problem); });
        });
    });
    problems(json, outcome.problems);
    if (!outcome.files.empty())
        json.list("files", outcome.files, [&](const FileRestored& file) {
            json.object([&] {
                json.member("path", file.path);
                json.member("kind", file.kind);
                json.member("aside", file.aside);
                json.member("note", file.note);
            });
        });
}

void watch_members(Json& json, const WatchExplanation& watch) {
    json.member("project", watch.project);
    json.member("target", watch.target);
    json.member("watch", watch.watch);
    json.member("path", watch.path);
    json.member("pattern", watch.pattern);
    json.member("stopped", watch.stopped);
    json.member("format", watch.format);
    json.member("copies", watch.copies);
}

void config_members(Json& json, const ConfigStatus& config) {
    json.member("name", config.name);
    json.member("project", config.project);
    json.member("path", config.path);
    json.member("revision", config.revision);
    json.member("state", config.state);
    problems(json, config.problems);
}

void service_members(Json& json, const ServiceStatus& service) {
    json.member("name", service.name);
    json.member("project", service.project);
    json.member("unit", service.unit);
    json.member("attached", service.attached);
    json.member("generation", service.generation);
    json.member("state", service.state);
    json.member("activeState", service.active_state);
    json.member("mainPID", service.main_pid);
    json.member("lastStrategy", service.last_strategy);
    json.member("lastAppliedUSec", service.last_applied_usec);
    problems(json, service.problems);
    json.member("waiting", service.waiting);
    json.member("watching", service.watching);
    json.member("missing", service.missing);
    json.member("writing", service.writing);
    json.member("lastResult", service.last_result);
    changes(json, "lastChanges", service.last_changes);
    json.member("paused", service.paused);
    json.member("pausedUntilUSec", service.paused_until_usec);
    json.member("pauseReason", service.pause_reason);
    json.member("held", service.held);
    json.list("draining", service.draining,
              [&](std::uint64_t generation) { json.number(generation); });
    json.member("lastGapUSec", service.last_gap_usec);
}

} // namespace

std::string plan_json(const Plan& plan, Audience reader) {
    return render(reader, [&](Json& json) { plan_members(json, plan); });
}

std::string changes_json(const std::vector<Change>& changes, Audience reader) {
    return render_value(reader, [&](Json& json) {
        json.list(changes, [&](const Change& change) { change_object(json, change); });
    });
}

std::string keys_json(const std::vector<KeyStep>& keys) {
    return render_value(Audience::Everybody, [&](Json& json) {
        json.list(keys, [&](const KeyStep& key) {
            json.object([&] {
                json.member("op", key.operation);
                json.member("path", key.pointer);
            });
        });
    });
}

std::string history_json(const History& history) {
    return render(Audience::Inspectors, [&](Json& json) {
        json.list("generations", history.generations, [&](const KeptGeneration& each) {
            json.object([&] {
                json.member("service", each.service);
                json.member("generation", each.generation);
                json.member("applied_usec", each.applied_usec);
                json.member("strategy", each.strategy);
                json.member("applied", each.applied);
                cause_members(json, each.trigger, each.caller);
                changes(json, "changes", each.changes);
                json.member("files", each.files);
            });
        });
        json.list("events", history.events, [&](const PastEvent& past) {
            const auto& event = past.event;
            json.object([&] {
                json.member("service", past.service);
                json.member("realtime_usec", event.realtime_usec);
                json.member("what", event.what);
                json.member("generation", event.generation);
                json.member("strategy", event.strategy);
                cause_members(json, event.trigger, event.caller);
                json.member_object("problem", [&] { problem_members(json, event.problem); });
            });
        });
    });
}

std::string difference_json(const GenerationDifference& difference) {
    return render(Audience::Inspectors, [&](Json& json) {
        json.member("from", difference.from);
        json.member("to", difference.to);
        changes(json, "changes", difference.changes);
    });
}

std::string explain_json(const PathExplanation& explanation) {
    return render(Audience::Inspectors, [&](Json& json) {
        json.member("path", explanation.path);
        json.member("state", explanation.state);
        json.list("watches", explanation.watches, [&](const WatchExplanation& watch) {
            json.object([&] { watch_members(json, watch); });
        });
        json.list("plans", explanation.plans,
                  [&](const Plan& plan) { json.object([&] { plan_members(json, plan); }); });
    });
}

std::string events_json(const std::vector<WatcherEvent>& events) {
    return render(Audience::Inspectors, [&](Json& json) {
        json.list("events", events, [&](const WatcherEvent& event) {
            json.object([&] {
                json.member("realtime_usec", event.realtime_usec);
                json.member("path", event.path);
                json.member("mask", event.mask);
                json.member("fate", event.fate);
            });
        });
    });
}

std::string detail_json(const Outcome& outcome, Audience reader) {
    return render(reader, [&](Json& json) { outcome_members(json, outcome); });
}

namespace {

std::string details_text(const Details& details, const std::vector<ConfigChange::Texts>& texts) {
    auto told = texts.begin();
    return render(Audience::Inspectors, [&](Json& json) {
        json.member("id", details.id);
        json.list("plans", details.plans,
                  [&](const Plan& plan) { json.object([&] { plan_members(json, plan); }); });
        json.list("outcomes", details.outcomes, [&](const Outcome& outcome) {
            json.object([&] {
                json.member("project", outcome.project);
                json.member("duration_usec", outcome.duration.count());
                json.member_object("detail", [&] { outcome_members(json, outcome); });
            });
        });
        json.list("problems", details.problems, [&](const Announced& announced) {
            json.object([&] {
                json.member("project", announced.project);
                json.member("target", announced.target);
                problem_members(json, announced.problem);
            });
        });
        json.list("changes", details.changes, [&](const ConfigChange& change) {
            json.object([&] {
                json.member("project", change.project);
                json.member("name", change.name);
                json.member_json("old", told->before);
                json.member_json("new", told->after);
                json.member_json("patch", told->patch);
                ++told;
            });
        });
    });
}

} // namespace

Task<std::string> details_json(std::shared_ptr<const Details> details) {
    std::vector<ConfigChange::Texts> texts;
    for (const auto& change : details->changes)
        texts.push_back(co_await change.texts());
    co_return details_text(*details, texts);
}

std::string status_json(std::string_view version, const std::vector<ProjectView>& projects,
                        Audience reader) {
    return render(reader, [&](Json& json) {
        json.member("version", version);
        json.list("projects", projects, [&](const ProjectView& view) {
            json.object([&] {
                json.member("name", view.project.name);
                json.member("path", view.project.path);
                json.member("enabled", view.project.enabled);
                json.member("state", view.project.state);
                problems(json, view.project.problems);
                json.list("services", view.services, [&](const ServiceStatus& service) {
                    json.object([&] { service_members(json, service); });
                });
                json.list("configs", view.configs, [&](const ConfigStatus& config) {
                    json.object([&] { config_members(json, config); });
                });
            });
        });
    });
}

} // namespace hotreload::ipc
