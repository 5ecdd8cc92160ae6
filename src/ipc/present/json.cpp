// SPDX-License-Identifier: LGPL-2.1-or-later
#include "ipc/present/json.hpp"

#include "base/json_text.hpp"
#include "base/utf8.hpp"
#include "core/status_fields.hpp"
#include "core/strategy.hpp"

#include <jsoncons/json.hpp>
#include <jsoncons/json_encoder.hpp>

#include <algorithm>
#include <concepts>
#include <format>
#include <optional>
#include <ranges>
#include <span>

namespace hotreload::ipc {

// Json streams to a text or to another form; a ReloadStarted is rendered before its action, on the
// way to it.
class Json {
public:
    // `out` outlives it. `text`: what it writes to; nullptr where it writes to no text.
    Json(jsoncons::json_visitor& out, std::string* text, Audience reader)
        : out_(out), text_(text), reader_(reader) {}

    [[nodiscard]] Audience reader() const { return reader_; }

    // There is room for `bytes` of changes; once there is not, there is none for anything.
    [[nodiscard]] bool spend(std::size_t bytes) {
        const bool fits = bytes <= room_;
        room_ -= std::min(bytes, room_);
        return fits;
    }
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
    template <HasWords Enum>
    void member(std::string_view name, Enum value) {
        member(name, to_string(value));
    }
    template <HasWords Enum>
    void member(std::string_view name, std::optional<Enum> value) {
        member(name, to_string(value));
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
        value_json(text);
    }
    void value_json(const std::string& text) {
        if (!is_json(text))
            return string(text);
        if (!text_)
            return parse(text).dump(out_);
        out_.null_value(); // in its place
        out_.flush();
        text_->replace(text_->size() - kNull.size(), kNull.size(), text);
    }
    template <class Write>
    void array(Write write) {
        out_.begin_array();
        write();
        out_.end_array();
    }
    template <class Write>
    void array(std::string_view name, Write write) {
        out_.key(name);
        array(write);
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
    // The bytes of changes that are told. A message is rendered and sent in one turn of the loop,
    // which takes some 20 ms for each MiB.
    static constexpr std::size_t kRoom = std::size_t{1} << 20;

    // The text is JSON. 1.10 and 1e400 come out as they went in.
    static jsoncons::ojson parse(const std::string& text) {
        jsoncons::json_options as_written;
        as_written.lossless_number(true);
        return jsoncons::ojson::parse(text, as_written);
    }

    void string(std::string_view value) {
        if (is_utf8(value))
            out_.string_value(value);
        else
            out_.string_value(to_utf8(value));
    }

    jsoncons::json_visitor& out_;
    std::string* text_;
    Audience reader_;
    std::size_t room_ = kRoom;
};

namespace {

// The text of what `write` writes to the Json that it is given.
template <class Write>
std::string render_value(Audience reader, Write write) {
    std::string text;
    {
        jsoncons::compact_json_string_encoder out(text); // its end flushes
        Json json(out, &text, reader);
        write(json);
    }
    return text;
}

template <class Write>
std::string render(Audience reader, Write write) {
    return render_value(reader, [&](Json& json) { json.object([&] { write(json); }); });
}

// A document that is an object, whose members `write` writes.
template <class Write>
Document object_of(Write write) {
    return Document([write = std::move(write)](Json& json) { json.object([&] { write(json); }); });
}

void problem_members(Json& json, const Problem& told) {
    const auto problem = shown_to(json.reader(), told);
    json.member("path", problem.path);
    json.member("line", problem.line);
    json.member("column", problem.column);
    json.member("message", problem.message);
}

void problem_list(Json& json, std::string_view name, const std::vector<Problem>& list) {
    json.list(name, list, [&](const Problem& problem) {
        json.object([&] { problem_members(json, problem); });
    });
}

// The bytes that an element takes, about; the names of its members are so many of them.
constexpr std::size_t kMemberNames = 100;
std::size_t size_of(const KeyStep& key) {
    return kMemberNames / 2 + key.pointer.size();
}
std::size_t size_of(const KeyChange& key) {
    return kMemberNames + key.pointer.size() + key.key.size() + key.before.size() +
           key.after.size() + key.reason.size();
}
std::size_t size_of(const Change& change) {
    std::size_t bytes = kMemberNames + change.subject.size() + change.before.size() +
                        change.after.size() + change.reason.size();
    for (const auto& line : change.lines)
        bytes += line.size();
    return bytes;
}

// One element stands for all those for which there was no room.
Change rest_of(std::span<const Change> left) {
    Change rest;
    rest.subject = std::format("{} more", left.size());
    rest.kind = ChangeKind::Modified;
    rest.strategy = std::ranges::max(left, {}, &Change::strategy).strategy;
    rest.reason = "not told one by one";
    return rest;
}

// Answers those for which there was no room: a watch may have hundreds of thousands of files.
template <class T, class Write>
std::span<const T> as_many_as_fit(Json& json, const std::vector<T>& all, Write write) {
    for (std::size_t at = 0; at < all.size(); ++at) {
        if (!json.spend(size_of(all[at])))
            return std::span(all).subspan(at);
        write(all[at]);
    }
    return {};
}

void key_members(Json& json, const KeyChange& key) {
    json.member("op", key.operation);
    json.member("path", key.pointer);
    json.member("key", key.key);
    if (json.tells_values() && !key.before.empty())
        json.member_json("old", key.before);
    if (json.tells_values() && !key.after.empty())
        json.member_json("new", key.after);
    json.member("strategy", key.strategy);
    json.member("reason", key.reason);
}

void change_object(Json& json, const Change& change) {
    json.object([&] {
        json.member("subject", change.subject);
        json.member("kind", change.kind);
        json.member("before", json.tells_values() ? change.before : "");
        json.member("after", json.tells_values() ? change.after : "");
        json.member("strategy", change.strategy);
        json.member("reason", change.problem ? "invalid: " + to_string(shown_to(json.reader(),
                                                                                *change.problem))
                                             : change.reason);
        std::size_t more = change.more_keys;
        if (!change.keys.empty())
            json.array("keys", [&] {
                more += as_many_as_fit(json, change.keys, [&](const KeyChange& key) {
                            json.object([&] { key_members(json, key); });
                        }).size();
            });
        if (more > 0)
            json.member("more_keys", more);
        if (json.tells_values() && !change.lines.empty())
            json.member("lines", change.lines);
    });
}

void change_objects(Json& json, const std::vector<Change>& list) {
    const auto left =
        as_many_as_fit(json, list, [&](const Change& change) { change_object(json, change); });
    if (!left.empty())
        change_object(json, rest_of(left));
}

void key_steps(Json& json, const std::vector<KeyStep>& keys, std::size_t more) {
    const auto write = [&](const KeyStep& key) {
        json.object([&] {
            json.member("op", key.operation);
            json.member("path", key.pointer);
        });
    };
    json.array([&] {
        more += as_many_as_fit(json, keys, write).size();
        if (more > 0)
            write({}); // to a reader of patches, the document as a whole has changed
    });
}

void changes(Json& json, std::string_view name, const std::vector<Change>& list) {
    json.array(name, [&] { change_objects(json, list); });
}

void plan_members(Json& json, const Plan& plan) {
    json.member("project", plan.project);
    json.list("services", plan.services, [&](const MemberPlan& service) {
        json.object([&] {
            json.member("service", service.service);
            json.member("action", service.action);
            json.member("reason", service.reason);
            changes(json, "changes", service.changes);
            if (service.barred)
                json.member("barred", true);
            if (service.refusal)
                json.member_object("problem", [&] { problem_members(json, *service.refusal); });
        });
    });
}

void cause_members(Json& json, std::optional<Trigger> trigger, const AskedBy& caller) {
    json.member("trigger", trigger);
    if (caller)
        json.member("caller_uid", caller->uid);
    if (caller && !caller->comm.empty())
        json.member("caller_comm", caller->comm);
}

void outcome_members(Json& json, const Outcome& outcome) {
    json.member("result", outcome.result);
    cause_members(json, outcome.trigger, outcome.caller);
    json.list("services", outcome.services, [&](const MemberOutcome& service) {
        json.object([&] {
            json.member("service", service.service);
            json.member("action", service.action);
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
    problem_list(json, "problems", outcome.problems);
    if (!outcome.files.empty())
        json.list("files", outcome.files, [&](const FileRestored& file) {
            json.object([&] {
                json.member("path", file.path);
                json.member("kind", file.kind);
                json.member("aside", file.aside);
                json.member("note", file.note);
            });
        });
    if (outcome.confirm_until_usec > 0)
        json.member("confirm_until_usec", outcome.confirm_until_usec);
    if (outcome.unconfirmed)
        json.member("unconfirmed", to_string(outcome.unconfirmed));
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

// A field of a status, by the type of what it holds.
void status_value(Json& json, std::string_view name, const std::vector<Problem>& list) {
    problem_list(json, name, list);
}
void status_value(Json& json, std::string_view name, const std::vector<Change>& list) {
    changes(json, name, list);
}
void status_value(Json& json, std::string_view name, const std::vector<std::uint64_t>& numbers) {
    json.list(name, numbers, [&](std::uint64_t number) { json.number(number); });
}
void status_value(Json& json, std::string_view name, const WatchState& state) {
    json.member(name, to_string(state));
}
void status_value(Json& json, std::string_view name, const auto& value) {
    json.member(name, value);
}

// "mainPID" of "MainPID".
std::string member_name(std::string_view property) {
    std::string name(property);
    name.front() = static_cast<char>(name.front() - 'A' + 'a');
    return name;
}

template <class Status>
void status_members(Json& json, const Status& status) {
    each_status_field<Status>([&](const auto& field) {
        status_value(json, member_name(field.name), status.*field.member);
    });
}

template <class Status>
void status_list(Json& json, std::string_view name, const std::vector<Status>& list) {
    json.list(name, list,
              [&](const Status& each) { json.object([&] { status_members(json, each); }); });
}

void overview_list(Json& json, const std::vector<ProjectOverview>& projects) {
    json.list("projects", projects, [&](const ProjectOverview& view) {
        json.object([&] {
            status_members(json, view.project);
            status_list(json, "services", view.services);
            status_list(json, "configs", view.configs);
        });
    });
}

} // namespace

std::string Document::text(Audience reader) const {
    return render_value(reader, write_);
}

void Document::write(jsoncons::json_visitor& out, Audience reader) const {
    Json json(out, nullptr, reader);
    write_(json);
}

std::string plan_json(const Plan& plan, Audience reader) {
    return render(reader, [&](Json& json) { plan_members(json, plan); });
}

Document document(Plan plan) {
    return object_of([plan = std::move(plan)](Json& json) { plan_members(json, plan); });
}

std::string changes_json(const std::vector<Change>& changes, Audience reader) {
    return render_value(reader,
                        [&](Json& json) { json.array([&] { change_objects(json, changes); }); });
}

std::string keys_json(const std::vector<KeyStep>& keys, std::size_t more) {
    return render_value(Audience::Everybody, [&](Json& json) { key_steps(json, keys, more); });
}

Document document(std::vector<KeyStep> keys, std::size_t more) {
    return Document([keys = std::move(keys), more](Json& json) { key_steps(json, keys, more); });
}

Document document(History history) {
    return object_of([history = std::move(history)](Json& json) {
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

Document document(GenerationDifference difference) {
    return object_of([difference = std::move(difference)](Json& json) {
        json.member("from", difference.from);
        json.member("to", difference.to);
        changes(json, "changes", difference.changes);
    });
}

Document document(PathExplanation explanation) {
    return object_of([explanation = std::move(explanation)](Json& json) {
        json.member("path", explanation.path);
        json.member("state", explanation.state);
        json.list("watches", explanation.watches, [&](const WatchExplanation& watch) {
            json.object([&] { watch_members(json, watch); });
        });
        json.list("plans", explanation.plans,
                  [&](const Plan& plan) { json.object([&] { plan_members(json, plan); }); });
    });
}

Document document(std::vector<WatcherEvent> events) {
    return object_of([events = std::move(events)](Json& json) {
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

Document document(Outcome outcome) {
    return object_of(
        [outcome = std::move(outcome)](Json& json) { outcome_members(json, outcome); });
}

namespace {

// Changes that have come since their texts were made are left out.
void details_members(Json& json, const Details& details,
                     const std::vector<ConfigChange::Texts>& texts) {
    json.member("id", to_string(details.id));
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
    json.array("changes", [&] {
        for (const auto& [change, text] : std::views::zip(details.changes, texts))
            json.object([&] {
                json.member("project", change.project);
                json.member("name", change.name);
                const bool fits =
                    json.spend(text.before.size() + text.after.size() + text.patch.size());
                json.member_json("old", fits ? text.before : "null");
                json.member_json("new", fits ? text.after : "null");
                json.member_json("patch", fits ? text.patch : R"([{"op":"replace","path":""}])");
            });
    });
}

} // namespace

Task<Document> details_document(std::shared_ptr<const Details> details) {
    std::vector<ConfigChange::Texts> texts;
    while (texts.size() < details->changes.size()) // more may come meanwhile
        texts.push_back(co_await details->changes[texts.size()].texts());
    co_return object_of([details = std::move(details), texts = std::move(texts)](Json& json) {
        details_members(json, *details, texts);
    });
}

Document document(std::string version, std::vector<ProjectOverview> projects) {
    return object_of([version = std::move(version), projects = std::move(projects)](Json& json) {
        json.member("version", version);
        overview_list(json, projects);
    });
}

Document state_document(std::string version, std::uint64_t number,
                        std::vector<ProjectOverview> projects) {
    return object_of(
        [version = std::move(version), number, projects = std::move(projects)](Json& json) {
            json.member("version", version);
            json.member("number", number);
            json.member("complete", json.tells_values());
            overview_list(json, projects);
        });
}

Document document(ProjectStatus status) {
    return object_of([status = std::move(status)](Json& json) { status_members(json, status); });
}

Document document(ServiceStatus status) {
    return object_of([status = std::move(status)](Json& json) { status_members(json, status); });
}

Document document(ConfigStatus status) {
    return object_of([status = std::move(status)](Json& json) { status_members(json, status); });
}

Document document(std::vector<Problem> problems) {
    return Document([problems = std::move(problems)](Json& json) {
        json.list(problems, [&](const Problem& problem) {
            json.object([&] { problem_members(json, problem); });
        });
    });
}

Document document_of(std::string text) {
    return Document(
        [text = text.empty() ? "null" : std::move(text)](Json& json) { json.value_json(text); });
}

} // namespace hotreload::ipc
