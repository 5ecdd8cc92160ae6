// SPDX-License-Identifier: LGPL-2.1-or-later
#include "client/event_stream.hpp"

#include "base/completion.hpp"
#include "client/bus.hpp"
#include "client/details.hpp"

#include <string_view>
#include <utility>
#include <variant>

namespace hotreload::client {

namespace {

const sdbus::InterfaceName manager1("org.hotreload.Manager1");

sdbus::SignalName signal_name(const char* name) {
    return sdbus::SignalName(name);
}

// The target whose status has more of the event's state than everybody is told; "": none has.
struct ToTarget {
    std::string operator()(const ProjectChanged& e) const {
        return e.state.problems.empty() ? "" : e.state.name;
    }
    std::string operator()(const ServiceChanged& e) const {
        const bool has_changes = e.state.last_changes_json.size() > std::string_view("[]").size();
        return has_changes || !e.state.problems.empty() ? e.state.project + "/" + e.state.name : "";
    }
    std::string operator()(const ConfigRevision& e) const {
        return e.state.problems.empty() ? "" : e.state.project;
    }
    std::string operator()(const auto&) const { return ""; }
};

struct AddStatus {
    const Json& status;

    void operator()(ProjectChanged& e) const { add_details(e.state, status); }
    void operator()(ServiceChanged& e) const { add_details(e.state, status); }
    void operator()(ConfigRevision& e) const { add_details(e.state, status); }
    void operator()(auto&) const {}
};

} // namespace

EventStream::EventStream(Daemon& daemon) : daemon_(daemon) {}

EventStream::~EventStream() = default;

Answer<std::unique_ptr<EventStream>> EventStream::open(Daemon& daemon) {
    std::unique_ptr<EventStream> stream(new EventStream(daemon));
    try {
        stream->subscribe_manager();
        stream->subscribe_owner();
        return stream;
    } catch (const sdbus::Error& error) {
        return std::unexpected(failure_of(error));
    }
}

Task<Answer<>> EventStream::watch_states() {
    try {
        subscribe_states();
    } catch (const sdbus::Error& error) {
        co_return std::unexpected(failure_of(error));
    }
    watches_states_ = true;
    (void)co_await daemon_.status(""); // whether we may see values
    co_return co_await learn(false);
}

Task<Answer<>> EventStream::learn(bool tell) {
    co_return co_await daemon_.objects([this, tell](const ManagedObjects& objects) {
        auto events = model_.learn(objects);
        if (tell)
            queue(std::move(events));
    });
}

void EventStream::start(Handler handler) {
    handler_ = std::move(handler);
    queue(std::vector<Event>());
}

void EventStream::queue(Event event) {
    queue_.push_back(std::move(event));
    queue(std::vector<Event>());
}

void EventStream::queue(std::vector<Event> events) {
    for (auto& event : events)
        queue_.push_back(std::move(event));
    if (handler_ && !telling_ && !queue_.empty()) {
        telling_ = true;
        tasks_.spawn(tell_all());
    }
}

// One after another: details are asked for, and what comes meanwhile waits for its turn.
Task<> EventStream::tell_all() {
    while (!queue_.empty()) {
        auto next = std::move(queue_.front());
        queue_.pop_front();
        auto event = co_await in_detail(std::move(next));
        handler_(event);
    }
    telling_ = false;
    for (const auto& resolve : std::exchange(waiting_, {}))
        resolve();
}

Task<Event> EventStream::in_detail(Event event) {
    if (const auto id = id_of_details(event)) {
        auto asking =
            may_have_readers(event) ? daemon_.details_for_readers(*id) : daemon_.details(*id);
        if (const auto details = co_await std::move(asking))
            add_details(event, *details);
    } else if (const auto target = std::visit(ToTarget{}, event); !target.empty()) {
        if (const auto status = co_await daemon_.status(target))
            std::visit(AddStatus{*status}, event);
    }
    co_return event;
}

Task<> EventStream::settled() {
    if (!telling_)
        co_return;
    Completion<bool> told(daemon_.loop());
    waiting_.push_back([resolve = told.resolver()] { resolve(true); });
    co_await told;
}

void EventStream::subscribe_manager() {
    const auto upon = [&](const char* name, auto callback) {
        slots_.push_back(daemon_.proxy()
                             .uponSignal(signal_name(name))
                             .onInterface(manager1)
                             .call(std::move(callback), sdbus::return_slot));
    };
    using Text = const std::string&;
    upon("FileChanged", [this](Text project, Text path, Text kind, Text from) {
        queue(FileChanged{project, path, kind, from});
    });
    using Files = std::vector<sdbus::Struct<std::string, std::string, std::string>>;
    upon("FilesSettled",
         [this](Text project, Text id, const Files& files, const std::uint64_t& more) {
             FilesSettled event{project, id, {}, more};
             for (const auto& [path, kind, from] : files)
                 event.files.push_back({project, path, kind, from});
             queue(std::move(event));
         });
    upon("ConfigChanged", [this](Text id, Text project, Text name, Text keys) {
        queue(ConfigChanged{id, project, name, keys, "", ""});
    });
    upon("ValidationFailed",
         [this](Text id, Text project, Text target, Text path, const std::uint32_t& line,
                const std::uint32_t& column, Text message) {
             queue(ValidationFailed{id, project, target, {path, line, column, message}});
         });
    upon("ReloadStarted",
         [this](Text id, Text project, Text plan) { queue(ReloadStarted{id, project, plan}); });
    upon("ReloadFinished",
         [this](Text id, Text project, Text result, const std::uint64_t& usec, Text detail) {
             queue(ReloadFinished{id, project, result, Duration(static_cast<Duration::rep>(usec)),
                                  detail});
         });
    upon("PauseChanged",
         [this](Text project, Text service, const bool& paused, const std::uint64_t& until,
                Text reason, const std::uint32_t& caller) {
             queue(PauseChanged{project, service, paused, until, reason, caller});
         });
}

void EventStream::subscribe_owner() {
    slots_.push_back(daemon_.connection().addMatch(
        "type='signal',sender='org.freedesktop.DBus',path='/org/freedesktop/DBus',"
        "interface='org.freedesktop.DBus',member='NameOwnerChanged',arg0='org.hotreload'",
        [this](sdbus::Message message) {
            std::string name;
            std::string before;
            std::string after;
            message >> name >> before >> after;
            if (after.empty()) {
                queue(DaemonGone{});
                return;
            }
            queue(DaemonBack{});
            if (watches_states_)
                tasks_.spawn(learn_again());
        },
        sdbus::return_slot));
}

void EventStream::subscribe_states() {
    slots_.push_back(daemon_.connection().addMatch(
        "type='signal',sender='org.hotreload',interface='org.freedesktop.DBus.Properties',"
        "member='PropertiesChanged',path_namespace='/org/hotreload/project'",
        [this](sdbus::Message message) {
            std::string interface;
            Properties properties;
            message >> interface >> properties;
            queue(model_.change(message.getPath(),
                                {{sdbus::InterfaceName(interface), std::move(properties)}}));
        },
        sdbus::return_slot));
    slots_.push_back(daemon_.connection().addMatch(
        "type='signal',sender='org.hotreload',path='/org/hotreload',"
        "interface='org.freedesktop.DBus.ObjectManager',member='InterfacesAdded'",
        [this](sdbus::Message message) {
            sdbus::ObjectPath path;
            Interfaces interfaces;
            message >> path >> interfaces;
            queue(model_.change(path, interfaces));
        },
        sdbus::return_slot));
    slots_.push_back(daemon_.connection().addMatch(
        "type='signal',sender='org.hotreload',path='/org/hotreload',"
        "interface='org.freedesktop.DBus.ObjectManager',member='InterfacesRemoved'",
        [this](sdbus::Message message) {
            sdbus::ObjectPath path;
            std::vector<std::string> interfaces;
            message >> path >> interfaces;
            queue(model_.remove(path, interfaces));
        },
        sdbus::return_slot));
}

// One that cannot answer has gone again.
Task<> EventStream::learn_again() {
    (void)co_await learn(true);
}

} // namespace hotreload::client
