// SPDX-License-Identifier: LGPL-2.1-or-later
#include "ipc/dbus/server.hpp"

#include "base/utf8.hpp"
#include "ipc/dbus/errors.hpp"
#include "ipc/dbus/paths.hpp"
#include "ipc/methods.hpp"
#include "ipc/present/json.hpp"

#include <systemd/sd-bus.h>

#include <cerrno>
#include <format>
#include <string_view>

namespace hotreload::ipc {

namespace {

// More than any method takes. A message may hold a million, and what reads them all before the
// caller is known to be let in keeps everybody else waiting.
constexpr int kMostOptions = 16;

// The options are the last argument. Counted without being read.
bool has_too_many_options(sd_bus_message* call, const Method& method) {
    if (!method.takes_options)
        return false;
    auto before = signature_of(method);
    before.resize(before.size() - std::string_view("a{sv}").size());
    int count = 0;
    int r = before.empty() ? 1 : sd_bus_message_skip(call, before.c_str());
    if (r >= 0)
        r = sd_bus_message_enter_container(call, 'a', "{sv}");
    while (r > 0 && count <= kMostOptions && sd_bus_message_at_end(call, false) == 0) {
        r = sd_bus_message_skip(call, "{sv}");
        ++count;
    }
    (void)sd_bus_message_rewind(call, true);
    return count > kMostOptions;
}

// Arguments of the wrong types never reach the vtable's method: sd-bus would answer with a bare
// org.freedesktop.DBus.Error.InvalidArgs. Nothing: they are right, or it is not our method.
std::optional<Error> check_arguments(sd_bus_message* call) {
    const char* interface = sd_bus_message_get_interface(call);
    const char* member = sd_bus_message_get_member(call);
    if (!interface || !member)
        return std::nullopt;
    const auto* row = find_method(interface, member);
    const char* given = sd_bus_message_get_signature(call, 1);
    if (!row || !given)
        return std::nullopt;
    if (signature_of(*row) != given)
        return Error{ErrorCode::Invalid,
                     std::format("{} takes ({}), signature \"{}\", not \"{}\"", row->name,
                                 usage_of(*row), signature_of(*row), given)};
    if (has_too_many_options(call, *row))
        return Error{ErrorCode::Invalid,
                     std::format("{} is given more than {} options", row->name, kMostOptions)};
    return std::nullopt;
}

} // namespace

DbusServer::DbusServer(Bus& bus, Service& service, Authority& authority, Executor& executor)
    : bus_(bus), calls_(bus, service, authority, executor), manager_(bus.connection(), calls_) {
    calls_.on_answered = [this] {
        if (on_activity)
            on_activity();
    };
    sd_bus_slot* slot = nullptr;
    constexpr auto filter = [](sd_bus_message* message, void* self, sd_bus_error*) noexcept {
        return static_cast<DbusServer*>(self)->look_at(message);
    };
    if (sd_bus_add_filter(bus.handle(), &slot, filter, this) >= 0)
        filter_.reset(slot); // without it (no memory) only the words of an error are worse
}

DbusServer::~DbusServer() {
    configs_.clear();
    services_.clear();
    projects_.clear();
}

int DbusServer::look_at(sd_bus_message* message) noexcept {
    if (!sd_bus_message_is_method_call(message, nullptr, nullptr))
        return 0;
    if (on_activity)
        on_activity();
    const auto error = check_arguments(message);
    if (!error)
        return 0;
    // Answered here; a reply that cannot be sent has nobody who waits for it.
    (void)sd_bus_reply_method_errorf(message, error_name(error->code).c_str(), "%s",
                                     error->message.c_str());
    return 1;
}

Result<> DbusServer::publish() {
    const int r = sd_bus_request_name(bus_.handle(), kBusName, 0);
    if (r == -EEXIST)
        return fail(ErrorCode::Busy, "another hotreloadd has the name org.hotreload on this bus");
    if (r < 0)
        return fail_errno(-r, "taking the name org.hotreload");
    return {};
}

void DbusServer::withdraw() noexcept {
    (void)sd_bus_release_name(bus_.handle(), kBusName); // without a bus it is gone anyway
}

void DbusServer::file_changed(const std::string& project, const std::string& path, ChangeKind kind,
                              const std::string& from) noexcept {
    send_if_connected([&] {
        manager_.emitFileChanged(project, to_utf8(path), std::string(to_string(kind)),
                                 to_utf8(from));
    });
}

void DbusServer::files_settled(const std::string& project, const ReloadId& id,
                               const std::vector<SettledFile>& files, std::size_t more) noexcept {
    std::vector<sdbus::Struct<std::string, std::string, std::string>> list;
    for (const auto& [path, kind, from] : files)
        list.emplace_back(to_utf8(path), std::string(to_string(kind)), to_utf8(from));
    send_if_connected(
        [&] { manager_.emitFilesSettled(project, id ? to_string(id) : "", list, more); });
}

void DbusServer::config_changed(const ReloadId& id, const ConfigChange& change) noexcept {
    send_if_connected([&] {
        manager_.emitConfigChanged(to_string(id), change.project, to_utf8(change.name),
                                   keys_json(change.keys, change.more));
    });
}

void DbusServer::validation_failed(const ReloadId& id, const std::string& project,
                                   const std::string& target, const Problem& problem) noexcept {
    send_if_connected([&] {
        const auto told = shown_to(Audience::Everybody, problem);
        manager_.emitValidationFailed(to_string(id), project, target, to_utf8(told.path), told.line,
                                      told.column, to_utf8(told.message));
    });
}

void DbusServer::reload_started(const ReloadId& id, const Plan& plan) noexcept {
    send_if_connected([&] {
        manager_.emitReloadStarted(to_string(id), plan.project,
                                   plan_json(plan, Audience::Everybody));
    });
}

void DbusServer::reload_finished(const Outcome& outcome) noexcept {
    send_if_connected([&] {
        manager_.emitReloadFinished(to_string(outcome.id), outcome.project,
                                    std::string(to_string(outcome.result)),
                                    static_cast<std::uint64_t>(outcome.duration.count()),
                                    detail_json(outcome, Audience::Everybody));
    });
}

void DbusServer::pause_changed(const std::string& project, const std::string& service,
                               const Pause& pause, bool paused, AskedBy caller) noexcept {
    constexpr auto nobody = static_cast<uid_t>(-1);
    send_if_connected([&] {
        manager_.emitPauseChanged(project, service, paused, paused ? pause.until_usec : 0,
                                  paused ? to_utf8(pause.reason) : "",
                                  caller ? caller->uid : nobody);
    });
}

void DbusServer::project_changed(const ProjectStatus& status) noexcept {
    send_if_connected([&] {
        const auto [entry, added] = projects_.try_emplace(status.name, bus_, status);
        if (!added)
            entry->second.update(status);
    });
}

void DbusServer::project_removed(const std::string& project) noexcept {
    std::erase_if(configs_, [&](const auto& entry) { return entry.first.first == project; });
    services_.erase(project);
    projects_.erase(project);
}

void DbusServer::service_changed(const ServiceStatus& status) noexcept {
    send_if_connected([&] {
        services_.try_emplace(status.project, bus_, status.project).first->second.update(status);
    });
}

void DbusServer::service_removed(const std::string& project, const std::string& service) noexcept {
    const auto of_project = services_.find(project);
    if (of_project == services_.end())
        return;
    of_project->second.remove(service);
    if (of_project->second.empty())
        services_.erase(of_project);
}

void DbusServer::config_status_changed(const ConfigStatus& status) noexcept {
    send_if_connected([&] {
        const auto [entry, added] = configs_.try_emplace(std::pair(status.project, status.name),
                                                         bus_.connection(), calls_, status);
        if (!added)
            entry->second.update(status);
    });
}

void DbusServer::config_removed(const std::string& project, const std::string& config) noexcept {
    configs_.erase({project, config});
}

} // namespace hotreload::ipc
