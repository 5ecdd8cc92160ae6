// SPDX-License-Identifier: LGPL-2.1-or-later
#include "units/transient.hpp"

#include "core/names.hpp"

#include <sys/mount.h>

#include <algorithm>
#include <format>
#include <utility>

namespace hotreload::units {

namespace {

template <class T>
void add(Properties& properties, const char* name, T value) {
    properties.emplace_back(name, PropertyValue(std::in_place_type<T>, std::move(value)));
}

void add_command(Properties& properties, const char* name, const Words& command, Words flags) {
    const std::string program = command.empty() ? std::string() : command.front();
    add(properties, name, std::vector{Command(program, command, std::move(flags))});
}

void add_context(Properties& properties, const std::string& environment_file,
                 const std::string& working_dir, const std::string& user) {
    const bool may_be_missing = false;
    if (!environment_file.empty())
        add(properties, "EnvironmentFiles",
            std::vector{EnvironmentFile(environment_file, may_be_missing)});
    if (!working_dir.empty())
        add(properties, "WorkingDirectory", working_dir);
    if (!user.empty())
        add(properties, "User", user);
}

// "hotreload-my\x2dshop.slice" → "my-shop".
std::string project_of(std::string_view slice) {
    constexpr std::string_view prefix = "hotreload-", suffix = ".slice", dash = "\\x2d";
    if (!slice.starts_with(prefix) || !slice.ends_with(suffix) ||
        slice.size() < prefix.size() + suffix.size())
        return {};
    slice = slice.substr(prefix.size(), slice.size() - prefix.size() - suffix.size());
    std::string project(slice);
    for (auto at = project.find(dash); at != std::string::npos; at = project.find(dash, at))
        project.replace(at, dash.size(), "-");
    return project;
}

// Names and a directory: everybody may see these.
void add_project(Properties& properties, const std::string& project, const std::string& published) {
    if (!project.empty())
        add(properties, "Environment",
            Words{"HOTRELOAD_PROJECT=" + project,
                  std::format("HOTRELOAD_CONFIGS={}/{}", published, project)});
}

std::string description(const std::string& unit, const std::string& slice,
                        const std::string& service) {
    const auto project = project_of(slice);
    const auto generation = generation_of(unit, project, service);
    return generation ? std::format("hotreload: {}/{} generation {}", project, service, *generation)
                      : "hotreload: " + unit;
}

// Duplicates of the sockets.
std::vector<NamedDescriptor> descriptors(const std::vector<ServiceSocket>& sockets) {
    std::vector<NamedDescriptor> named;
    for (const auto& socket : sockets)
        named.emplace_back(sdbus::UnixFd(socket.fd), socket.name);
    return named;
}

void add_binds(Properties& properties, const std::vector<Bind>& binds) {
    std::vector<BoundPath> read_only, writable;
    for (const auto& bind : binds)
        (bind.writable ? writable : read_only)
            .emplace_back(bind.source, bind.target, false, std::uint64_t(MS_REC));
    if (!read_only.empty())
        add(properties, "BindReadOnlyPaths", std::move(read_only));
    if (!writable.empty())
        add(properties, "BindPaths", std::move(writable));
}

constexpr Duration kAtOnce = std::chrono::milliseconds(1);

// The time that a helper which was told to end may take before it is killed.
constexpr std::uint64_t kHelperStopUsec = 2'000'000;

} // namespace

Properties generation_properties(const GenerationRequest& request,
                                 const std::string& environment_file,
                                 const std::string& published) {
    const auto& definition = request.definition;
    Properties properties;
    add(properties, "Description", description(request.unit, request.slice, definition.name));
    add(properties, "Slice", request.slice);
    add(properties, "SyslogIdentifier", definition.name);
    add(properties, "Type", std::string(to_string(definition.type)));
    add_command(properties, "ExecStartEx", definition.command, {"no-env-expand"});
    // signal_unit sends the signal to services of other types, for which the manager has no use for
    // it.
    if (definition.reload_signal != 0 && definition.type == ServiceType::NotifyReload)
        add(properties, "ReloadSignal", std::int32_t(definition.reload_signal));
    add_context(properties, environment_file, definition.working_dir, definition.user);
    add_project(properties, project_of(request.slice), published);
    // A drop-in of `properties` has the last word. To systemd, 0 is for ever.
    add(properties, "TimeoutStopUSec",
        definition.drain == kInfinity
            ? UINT64_MAX
            : static_cast<std::uint64_t>(std::max(definition.drain, kAtOnce).count()));
    if (!request.sockets.empty())
        add(properties, "ExtraFileDescriptors", descriptors(request.sockets));
    add_binds(properties, request.binds);
    // Pacing is ours: a burst of saved files must not end in start-limit-hit.
    add(properties, "StartLimitIntervalUSec", std::uint64_t(0));
    // Keeps a generation that has ended loaded, to be looked at and gone back to.
    add(properties, "AddRef", true);
    return properties;
}

Properties command_properties(const CommandRequest& request, const std::string& environment_file,
                              const std::string& published, int output) {
    Properties properties;
    add(properties, "Description", request.description);
    if (!request.slice.empty())
        add(properties, "Slice", request.slice);
    add(properties, "Type", std::string("oneshot"));
    add_command(properties, "ExecStartEx", request.command, {"no-env-expand"});
    add_context(properties, environment_file, request.working_dir, request.user);
    add_project(properties, project_of(request.slice), published);
    add_binds(properties, request.binds);
    const auto timeout = request.timeout == kInfinity
                             ? UINT64_MAX
                             : static_cast<std::uint64_t>(request.timeout.count());
    add(properties, "TimeoutStartUSec", timeout);
    add(properties, "TimeoutStopUSec", kHelperStopUsec);
    add(properties, "StandardOutputFileDescriptor", sdbus::UnixFd(output));
    add(properties, "StandardErrorFileDescriptor", sdbus::UnixFd(output));
    add(properties, "StartLimitIntervalUSec", std::uint64_t(0));
    add(properties, "CollectMode", std::string("inactive-or-failed"));
    add(properties, "AddRef", true);
    return properties;
}

Properties live_properties(const std::vector<LiveValue>& values) {
    Properties properties;
    for (const auto& [property, value] : values)
        std::visit([&](const auto& plain) { add(properties, property.c_str(), plain); }, value);
    return properties;
}

} // namespace hotreload::units
