// SPDX-License-Identifier: LGPL-2.1-or-later
#include "ctl/event_stream.hpp"

#include "ctl/bus.hpp"
#include "ctl/details.hpp"

namespace hotreload::ctl {

namespace {

const sdbus::InterfaceName manager1("org.hotreload.Manager1");

sdbus::SignalName signal_name(const char* name) {
    return sdbus::SignalName(name);
}

} // namespace

EventStream::EventStream(DaemonProxy& daemon, Handler handler)
    : daemon_(daemon), handler_(std::move(handler)) {}

Answer<std::unique_ptr<EventStream>> EventStream::open(DaemonProxy& daemon, Handler handler) {
    std::unique_ptr<EventStream> stream(new EventStream(daemon, std::move(handler)));
    try {
        stream->subscribe_manager();
        stream->subscribe_owner();
        return stream;
    } catch (const sdbus::Error& error) {
        return std::unexpected(failure_of(error));
    }
}

Answer<> EventStream::watch_states() {
    try {
        subscribe_states();
    } catch (const sdbus::Error& error) {
        return std::unexpected(failure_of(error));
    }
    (void)daemon_.status(""); // whether we may see values
    return daemon_.objects().transform([this](const ManagedObjects& objects) { learn(objects); });
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
        handler_(FileChanged{project, path, kind, from});
    });
    upon("ConfigChanged", [this](Text id, Text project, Text name, Text keys) {
        tell(ConfigChanged{id, project, name, keys, "", ""});
    });
    upon("ValidationFailed",
         [this](Text id, Text project, Text target, Text path, const std::uint32_t& line,
                const std::uint32_t& column, Text message) {
             tell(ValidationFailed{id, project, target, {path, line, column, message}});
         });
    upon("ReloadStarted",
         [this](Text id, Text project, Text plan) { tell(ReloadStarted{id, project, plan}); });
    upon("ReloadFinished",
         [this](Text id, Text project, Text result, const std::uint64_t& usec, Text detail) {
             tell(ReloadFinished{id, project, result, Duration(static_cast<Duration::rep>(usec)),
                                 detail});
         });
}

// Tells the event with its details, where we may have them.
void EventStream::tell(Event event) {
    if (const auto id = id_of_details(event))
        if (const auto details = daemon_.details(*id))
            add_details(event, *details);
    handler_(event);
}

template <class T>
void EventStream::tell_state(T event, const std::string& target, bool has_details) {
    if (has_details)
        if (const auto status = daemon_.status(target))
            add_details(event.state, *status);
    handler_(event);
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
            if (after.empty())
                handler_(DaemonGone{});
            else
                handler_(DaemonBack{});
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
            properties_changed(message.getPath(), interface, properties);
        },
        sdbus::return_slot));
    slots_.push_back(daemon_.connection().addMatch(
        "type='signal',sender='org.hotreload',path='/org/hotreload',"
        "interface='org.freedesktop.DBus.ObjectManager',member='InterfacesAdded'",
        [this](sdbus::Message message) {
            sdbus::ObjectPath path;
            Interfaces interfaces;
            message >> path >> interfaces;
            for (const auto& [name, properties] : interfaces)
                properties_changed(path, name, properties);
        },
        sdbus::return_slot));
}

void EventStream::learn(const ManagedObjects& objects) {
    for (const auto& [path, interfaces] : objects)
        for (const auto& [name, properties] : interfaces) {
            if (name == project_interface)
                update(projects_[path], properties);
            else if (name == service_interface)
                update(services_[path], properties);
            else if (name == config_interface)
                update(configs_[path], properties);
        }
}

void EventStream::properties_changed(const std::string& path, const std::string& interface,
                                     const Properties& properties) {
    if (interface == project_interface) {
        auto& project = projects_[path];
        update(project, properties);
        tell_state(ProjectChanged{project}, project.name, !project.problems.empty());
    } else if (interface == service_interface) {
        auto& service = services_[path];
        update(service, properties);
        const bool has_changes = service.last_changes_json.size() > std::string_view("[]").size();
        tell_state(ServiceChanged{service}, service.project + "/" + service.name,
                   has_changes || !service.problems.empty());
    } else if (interface == config_interface) {
        auto& config = configs_[path];
        update(config, properties);
        tell_state(ConfigRevision{config}, config.project, !config.problems.empty());
    }
}

} // namespace hotreload::ctl
