// SPDX-License-Identifier: LGPL-2.1-or-later
#include "ipc/dbus/status_properties.hpp"

#include "base/utf8.hpp"
#include "base/words.hpp"
#include "ipc/dbus/differences.hpp"
#include "ipc/dbus/problems.hpp"
#include "ipc/present/json.hpp"

#include <systemd/sd-bus.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace hotreload::ipc {

namespace {

// Fields as values of the bus.
bool on_bus(bool value) {
    return value;
}
std::uint32_t on_bus(std::uint32_t value) {
    return value;
}
std::uint64_t on_bus(std::uint64_t value) {
    return value;
}
const std::vector<std::uint64_t>& on_bus(const std::vector<std::uint64_t>& values) {
    return values;
}
std::string on_bus(const std::string& text) {
    return to_utf8(text);
}
std::vector<std::string> on_bus(const std::vector<std::string>& texts) {
    std::vector<std::string> list;
    for (const auto& text : texts)
        list.push_back(to_utf8(text));
    return list;
}
std::string on_bus(ProjectStatus::State state) {
    return std::string(to_string(state));
}
std::string on_bus(ServiceStatus::State state) {
    return std::string(to_string(state));
}
template <HasWords Enum>
std::string on_bus(const std::optional<Enum>& word) {
    return std::string(to_string(word));
}
std::string on_bus(const WatchState& state) {
    return to_utf8(to_string(state));
}
std::string on_bus(const std::vector<Change>& changes) {
    return changes_json(changes, Audience::Everybody);
}
ProblemList on_bus(const std::vector<Problem>& problems) {
    return to_bus(problems, Audience::Everybody);
}

// These append a value to a message, and return what sd_bus_message_append(3) does.
int append(sd_bus_message* to, bool value) {
    return sd_bus_message_append(to, "b", int(value));
}
int append(sd_bus_message* to, std::uint32_t value) {
    return sd_bus_message_append(to, "u", value);
}
int append(sd_bus_message* to, std::uint64_t value) {
    return sd_bus_message_append(to, "t", value);
}
int append(sd_bus_message* to, const std::string& text) {
    return sd_bus_message_append(to, "s", text.c_str());
}
int append(sd_bus_message* to, const ProblemList::value_type& problem) {
    const auto& [path, line, column, message] = problem;
    return sd_bus_message_append(to, "(suus)", path.c_str(), line, column, message.c_str());
}
template <class T>
int append(sd_bus_message* to, const std::vector<T>& list) {
    static constexpr auto signature = sdbus::as_null_terminated(sdbus::signature_of_v<T>);
    int r = sd_bus_message_open_container(to, 'a', signature.data());
    for (auto each = list.begin(); r >= 0 && each != list.end(); ++each)
        r = append(to, *each);
    return r < 0 ? r : sd_bus_message_close_container(to);
}

// The field of that number as a row of the table.
template <class Status, std::size_t Number>
struct PropertyRow {
    static constexpr const auto& field = std::get<Number>(status_fields::kOf<Status>);

    static int get(sd_bus*, const char*, const char*, const char*, sd_bus_message* reply,
                   void* status, sd_bus_error*) noexcept {
        return append(reply, on_bus(static_cast<const Status*>(status)->*field.member));
    }

    static sd_bus_vtable make() {
        using Value = std::remove_cvref_t<decltype(on_bus(std::declval<Status>().*field.member))>;
        static constexpr auto signature = sdbus::as_null_terminated(sdbus::signature_of_v<Value>);
        static const auto name = property_name(field); // of which the table has a pointer
        return SD_BUS_PROPERTY(name.c_str(), signature.data(), get, 0,
                               field.constant ? SD_BUS_VTABLE_PROPERTY_CONST
                                              : SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE);
    }
};

template <class Status>
auto make_table() {
    constexpr auto count =
        std::tuple_size_v<std::remove_cvref_t<decltype(status_fields::kOf<Status>)>>;
    return []<std::size_t... Number>(std::index_sequence<Number...>) {
        std::array<sd_bus_vtable, sizeof...(Number) + 2> rows{
            {SD_BUS_VTABLE_START(0), PropertyRow<Status, Number>::make()..., SD_BUS_VTABLE_END}};
        std::ranges::sort(rows.begin() + 1, rows.end() - 1, {}, [](const sd_bus_vtable& row) {
            return std::string_view(row.x.property.member);
        });
        return rows;
    }(std::make_index_sequence<count>());
}

} // namespace

template <>
const char* StatusProperties<ProjectStatus>::interface() {
    return "org.hotreload.Project1";
}

template <>
const char* StatusProperties<ServiceStatus>::interface() {
    return "org.hotreload.Service1";
}

template <class Status>
const sd_bus_vtable* StatusProperties<Status>::table() {
    static const auto rows = make_table<Status>();
    return rows.data();
}

template <class Status>
void StatusProperties<Status>::replace(sd_bus* bus, const std::string& path, Status& held,
                                       const Status& is) {
    const auto changed = changed_properties(held, is);
    held = is;
    if (changed.empty())
        return;
    std::vector<char*> names;
    for (const auto& name : changed)
        names.push_back(const_cast<char*>(name.c_str())); // only read
    names.push_back(nullptr);
    (void)sd_bus_emit_properties_changed_strv(bus, path.c_str(), interface(), names.data());
}

template struct StatusProperties<ProjectStatus>;
template struct StatusProperties<ServiceStatus>;

} // namespace hotreload::ipc
