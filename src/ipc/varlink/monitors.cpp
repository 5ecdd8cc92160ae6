// SPDX-License-Identifier: LGPL-2.1-or-later
#include "ipc/varlink/monitors.hpp"

#include "base/utf8.hpp"
#include "ipc/present/json.hpp"

#include <sys/epoll.h>
#include <systemd/sd-varlink.h>

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <utility>

namespace hotreload::ipc {

namespace {

void put(VariantBuilder& out, std::string_view name, std::string_view text) {
    out.key(name);
    out.string_value(to_utf8(std::string(text)));
}

void put(VariantBuilder& out, std::string_view name, std::uint64_t number) {
    out.key(name);
    out.uint64_value(number);
}

void put(VariantBuilder& out, std::string_view name, const Document& document, Audience reader) {
    out.key(name);
    document.write(out, reader);
}

} // namespace

void Monitors::add(Link link, Audience reader) {
    Monitor monitor{.link = std::move(link), .reader = reader};
    if (send(monitor, render("Ready", reader, [](VariantBuilder&, Audience) {})))
        monitors_.push_back(std::move(monitor));
}

void Monitors::remove(const sd_varlink* link) noexcept {
    std::erase_if(monitors_, [&](const Monitor& each) { return each.link.get() == link; });
}

Monitors::Told Monitors::render(std::string_view event, Audience reader, const Write& write) const {
    VariantBuilder out;
    out.begin_object();
    put(out, "event", event);
    put(out, "number", service_.last_event());
    write(out, reader);
    out.end_object();
    const auto bytes = out.bytes();
    return {std::move(out).take(), bytes};
}

bool Monitors::send(Monitor& monitor, const Told& told) noexcept {
    const int waits_for = sd_varlink_get_events(monitor.link.get());
    const bool has_read = waits_for < 0 || !(static_cast<unsigned>(waits_for) & EPOLLOUT);
    if (has_read)
        monitor.behind = 0;
    else if (monitor.behind + told.bytes > kMostBehind)
        return false;
    monitor.behind += told.bytes;
    return told.variant && sd_varlink_notify(monitor.link.get(), told.variant.get()) >= 0;
}

void Monitors::tell(std::string_view event, const Write& write) noexcept {
    Told told[2]; // for each audience, once
    std::vector<Link> dropped;
    for (auto& monitor : monitors_) {
        auto& its = told[std::to_underlying(monitor.reader)];
        if (!its.variant)
            its = render(event, monitor.reader, write);
        if (!send(monitor, its))
            dropped.push_back(reference(monitor.link.get()));
    }
    // Closing one has it removed.
    for (const auto& link : dropped) {
        remove(link.get());
        (void)sd_varlink_close(link.get());
    }
}

void Monitors::file_changed(const std::string& project, const std::string& path, ChangeKind kind,
                            const std::string& from) noexcept {
    tell("FileChanged", [&](VariantBuilder& out, Audience) {
        put(out, "project", project);
        put(out, "path", path);
        put(out, "kind", to_string(kind));
        if (!from.empty())
            put(out, "from", from);
    });
}

void Monitors::files_settled(const std::string& project, const ReloadId& id,
                             const std::vector<SettledFile>& files, std::size_t more) noexcept {
    tell("FilesSettled", [&](VariantBuilder& out, Audience) {
        put(out, "project", project);
        if (id)
            put(out, "id", to_string(id));
        out.key("files");
        out.begin_array();
        for (const auto& file : files) {
            out.begin_object();
            put(out, "path", file.path);
            put(out, "kind", to_string(file.kind));
            if (!file.from.empty())
                put(out, "from", file.from);
            out.end_object();
        }
        out.end_array();
        put(out, "more", std::uint64_t{more});
    });
}

void Monitors::config_changed(const ReloadId& id, const ConfigChange& change) noexcept {
    tell("ConfigChanged", [&](VariantBuilder& out, Audience reader) {
        put(out, "id", to_string(id));
        put(out, "project", change.project);
        put(out, "name", change.name);
        put(out, "keys", document(change.keys, change.more), reader);
    });
}

void Monitors::validation_failed(const ReloadId& id, const std::string& project,
                                 const std::string& target, const Problem& problem) noexcept {
    tell("ValidationFailed", [&](VariantBuilder& out, Audience reader) {
        const auto shown = shown_to(reader, problem);
        put(out, "id", to_string(id));
        put(out, "project", project);
        put(out, "target", target);
        put(out, "path", shown.path);
        put(out, "line", std::uint64_t{shown.line});
        put(out, "column", std::uint64_t{shown.column});
        put(out, "message", shown.message);
    });
}

void Monitors::reload_started(const ReloadId& id, const Plan& plan) noexcept {
    tell("ReloadStarted", [&](VariantBuilder& out, Audience reader) {
        put(out, "id", to_string(id));
        put(out, "project", plan.project);
        put(out, "plan", document(plan), reader);
    });
}

void Monitors::pause_changed(const std::string& project, const std::string& service,
                             const Pause& pause, bool paused, AskedBy caller) noexcept {
    tell("PauseChanged", [&](VariantBuilder& out, Audience) {
        put(out, "project", project);
        put(out, "service", service);
        out.key("paused");
        out.bool_value(paused);
        if (paused) {
            put(out, "pausedUntilUSec", pause.until_usec);
            put(out, "reason", pause.reason);
        }
        if (caller)
            put(out, "callerUID", std::uint64_t{caller->uid});
    });
}

void Monitors::reload_finished(const Outcome& outcome) noexcept {
    tell("ReloadFinished", [&](VariantBuilder& out, Audience reader) {
        put(out, "id", to_string(outcome.id));
        put(out, "project", outcome.project);
        put(out, "result", to_string(outcome.result));
        put(out, "durationUSec", static_cast<std::uint64_t>(outcome.duration.count()));
        put(out, "detail", document(outcome), reader);
    });
}

void Monitors::project_changed(const ProjectStatus& status) noexcept {
    tell("ProjectChanged", [&](VariantBuilder& out, Audience reader) {
        put(out, "project", status.name);
        put(out, "status", document(status), reader);
    });
}

void Monitors::project_removed(const std::string& project) noexcept {
    tell("ProjectRemoved", [&](VariantBuilder& out, Audience) { put(out, "project", project); });
}

void Monitors::service_changed(const ServiceStatus& status) noexcept {
    tell("ServiceChanged", [&](VariantBuilder& out, Audience reader) {
        put(out, "project", status.project);
        put(out, "service", status.name);
        put(out, "status", document(status), reader);
    });
}

void Monitors::service_removed(const std::string& project, const std::string& service) noexcept {
    tell("ServiceRemoved", [&](VariantBuilder& out, Audience) {
        put(out, "project", project);
        put(out, "service", service);
    });
}

void Monitors::config_status_changed(const ConfigStatus& status) noexcept {
    tell("ConfigStatusChanged", [&](VariantBuilder& out, Audience reader) {
        put(out, "project", status.project);
        put(out, "name", status.name);
        put(out, "status", document(status), reader);
    });
}

void Monitors::config_removed(const std::string& project, const std::string& config) noexcept {
    tell("ConfigRemoved", [&](VariantBuilder& out, Audience) {
        put(out, "project", project);
        put(out, "name", config);
    });
}

} // namespace hotreload::ipc
