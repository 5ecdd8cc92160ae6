// SPDX-License-Identifier: LGPL-2.1-or-later
#include "units/facts.hpp"

#include "units/object_path.hpp"

#include <algorithm>
#include <cstdint>
#include <format>
#include <iterator>
#include <limits>

namespace hotreload::units {

namespace {

template <class T>
void take(sdbus::Message& variant, T& value) {
    variant.enterVariant<T>();
    variant >> value;
    variant.exitVariant();
}

void take_usec(sdbus::Message& variant, Duration& value) {
    std::uint64_t usec = 0;
    take(variant, usec);
    value = usec == std::numeric_limits<std::uint64_t>::max()
                ? kInfinity
                : Duration(static_cast<Duration::rep>(usec));
}

// A Variant is a message of its own; a unit has some 350 properties and we want a dozen, so the
// plain ones are stepped over in place.
void skip(sdbus::Message& variant) {
    const std::string_view content = variant.peekType().second;
    auto step = [&]<class T>(T value) { take(variant, value); };
    if (content == "s")
        return step(std::string());
    if (content == "t")
        return step(std::uint64_t());
    if (content == "u")
        return step(std::uint32_t());
    if (content == "i")
        return step(std::int32_t());
    if (content == "b")
        return step(bool());
    sdbus::Variant other;
    variant >> other;
}

struct Fact {
    std::string_view interface;
    std::string_view property;
    void (*read)(sdbus::Message&, UnitFacts&);
};

using M = sdbus::Message;
using F = UnitFacts;
constexpr Fact kRows[] = {
    {kUnit, "LoadState", [](M& m, F& f) { take(m, f.state.load_state); }},
    {kUnit, "ActiveState", [](M& m, F& f) { take(m, f.state.active_state); }},
    {kUnit, "SubState", [](M& m, F& f) { take(m, f.state.sub_state); }},
    {kUnit, "CanReload", [](M& m, F& f) { take(m, f.state.can_reload); }},
    {kUnit, "Id", [](M& m, F& f) { take(m, f.state.id); }},
    {kUnit, "ConsistsOf", [](M& m, F& f) { take(m, f.state.consists); }},
    {kUnit, "InvocationID",
     [](M& m, F& f) {
         std::vector<std::uint8_t> id;
         take(m, id);
         f.state.invocation.clear();
         for (const auto byte : id)
             f.state.invocation += std::format("{:02x}", byte);
     }},
    {kServiceUnit, "Type",
     [](M& m, F& f) {
         take(m, f.type);
         f.state.oneshot = f.type == "oneshot";
     }},
    {kServiceUnit, "EnvironmentFiles",
     [](M& m, F& f) {
         std::vector<sdbus::Struct<std::string, bool>> files;
         take(m, files);
         f.state.environment_files.clear();
         for (const auto& file : files)
             f.state.environment_files.push_back(std::get<0>(file));
     }},
    {kServiceUnit, "TimeoutStartUSec", [](M& m, F& f) { take_usec(m, f.start_timeout); }},
    {kServiceUnit, "RemainAfterExit", [](M& m, F& f) { take(m, f.remain_after_exit); }},
    {kServiceUnit, "Result", [](M& m, F& f) { take(m, f.state.result); }},
    {kServiceUnit, "ReloadResult", [](M& m, F& f) { take(m, f.state.reload_result); }},
    {kServiceUnit, "StatusText", [](M& m, F& f) { take(m, f.state.status_text); }},
    {kServiceUnit, "StatusErrno", [](M& m, F& f) { take(m, f.state.status_errno); }},
    {kServiceUnit, "MainPID", [](M& m, F& f) { take(m, f.state.main_pid); }},
    {kServiceUnit, "ExecMainCode", [](M& m, F& f) { take(m, f.state.exec_main_code); }},
    {kServiceUnit, "ExecMainStatus", [](M& m, F& f) { take(m, f.state.exec_main_status); }},
    {kServiceUnit, "NRestarts", [](M& m, F& f) { take(m, f.state.restarts); }},
};

constexpr const Fact* find(std::string_view interface, std::string_view property) {
    for (const auto& row : kRows)
        if (row.interface == interface && row.property == property)
            return &row;
    return nullptr;
}

// The Id is read first, as it says whose the others are; then LoadState, so that a unit which is
// changed while it is read is never taken for one that is not loaded.
constexpr const char* kUnitProperties[] = {"Id",        "LoadState",  "ActiveState", "SubState",
                                           "CanReload", "ConsistsOf", "InvocationID"};
static_assert(std::ranges::all_of(kUnitProperties,
                                  [](const char* name) { return find(kUnit, name); }));
static_assert(std::ranges::count(kRows, std::string_view(kUnit), &Fact::interface) ==
              std::ssize(kUnitProperties));

} // namespace

std::span<const char* const> unit_properties() {
    return kUnitProperties;
}

void read_property(sdbus::Message& value, std::string_view interface, std::string_view property,
                   UnitFacts& facts) {
    if (const auto* row = find(interface, property))
        row->read(value, facts);
    else
        skip(value);
}

void read_properties(sdbus::Message& dictionary, std::string_view interface, UnitFacts& facts) {
    dictionary.enterContainer("{sv}");
    while (!dictionary.isAtEnd(false)) {
        dictionary.enterDictEntry("sv");
        std::string property;
        dictionary >> property;
        read_property(dictionary, interface, property, facts);
        dictionary.exitDictEntry();
    }
    dictionary.exitContainer();
}

} // namespace hotreload::units
