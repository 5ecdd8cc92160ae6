// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// The one table of methods, which every transport serves. A transport finds the row, turns what it
// was given into Arguments, asks the Authority, calls the row's function, and turns the Answer into
// a reply. A row and its function are all that a method is in here; the XML in dbus/interfaces says
// what it means, and a test holds the table against it.

#include "base/error.hpp"
#include "base/task.hpp"
#include "ipc/authority.hpp"
#include "ipc/present/document.hpp"
#include "ipc/service.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace hotreload::ipc {

// Arguments of a call, understood: what was not given is as it is here.
struct Arguments {
    std::string target; // or the project, or the path, that the method is about
    std::string name;   // of a config of that project
    ReloadId id;
    std::uint64_t generation = 0;
    std::uint64_t from = 0;
    std::uint64_t to = 0;
    std::uint64_t limit = 0; // 0: none
    bool force = false;
    bool validate = true;
    bool restore_files = false;
    std::optional<bool> wait; // for the end; nothing: as the transport's calls do
    std::optional<Strategy> strategy;
    std::optional<Duration> drain;
    Duration pause{}; // zero: until somebody resumes
    std::string reason;
    std::vector<HandedContent> files;
    Duration confirm{}; // zero: nobody has to
};

// One argument as a transport has it: a "b", a "t" or "u", an "s", or an "a(sh)" of D-Bus.
using Value = std::variant<bool, std::uint64_t, std::string, std::vector<HandedContent>>;

struct Parameter {
    // Where D-Bus has it: in the path of the object, among the method's arguments, or in its a{sv}.
    // Varlink has all of them side by side.
    enum class Place { Object, Argument, Option };

    std::string_view name;
    std::string_view varlink;
    char type; // of D-Bus; h: "a(sh)"
    Place place;
    bool required; // on Varlink
    // Puts the value, which is of the type, into the arguments. Invalid: it means nothing.
    Result<> (*take)(Arguments& arguments, Value value);
};

// Names of a project and of a service, which D-Bus tells as the paths of their objects.
struct ProjectName {
    std::string name;
};
struct ServiceName {
    std::string project;
    std::string name;
};

// The value of a published document as JSON, "" for none, and its number.
struct ConfigValue {
    std::string json;
    std::uint64_t revision = 0;
};

// Metrics as OpenMetrics text.
struct MetricsText {
    std::string text;
};

// Answer is what a method answers: nothing, or one of these. A Document is JSON.
using Answer =
    std::variant<std::monostate, ProjectName, ServiceName, ReloadId, Document, ConfigValue,
                 std::vector<Problem>, std::vector<ProjectStatus>, MetricsText>;

struct Method {
    std::string_view interface; // of D-Bus; "" where that has signals instead
    std::string_view name;
    Permission permission;
    std::span<const Parameter> parameters; // in the order of D-Bus
    bool takes_options;                    // on D-Bus: an a{sv}
    // Where everybody is answered: those who are not admitted, without values.
    enum class Open { Nowhere, OnSocket, Everywhere } open;
    Task<Result<Answer>> (*call)(Service& service, Arguments arguments, AskedBy caller);
    // Varlink has it, too; it has none that is about objects of the bus.
    bool on_socket = true;
    // All that it tells is documents that the user is a reader of.
    Task<bool> (*readable)(Rights& rights, uid_t user, const Arguments& arguments) = nullptr;
};

inline constexpr std::size_t kMethods = 26;

std::span<const Method, kMethods> method_table();
// nullptr: there is none. Of D-Bus.
const Method* find_method(std::string_view interface, std::string_view name);

// The input of a method of D-Bus: "sa{sv}", and for people "target s, options a{sv}".
std::string signature_of(const Method& method);
std::string usage_of(const Method& method);

} // namespace hotreload::ipc
