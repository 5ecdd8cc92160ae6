// SPDX-License-Identifier: LGPL-2.1-or-later
// `ports` of a service, in its short form or its long one.
#include "config/keys.hpp"
#include "config/lookups.hpp"
#include "config/paths.hpp"

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <format>

namespace hotreload {

namespace {

using Port = PortDefinition;

bool in_file_system(const Port& port) {
    return port.address.starts_with('/');
}

// "./x.sock", "run/x.sock": what a "/" makes a path, and nothing in front of it something else.
bool relative_path(const std::string& text) {
    const auto slash = text.find('/');
    return slash != std::string::npos && slash > 0 && !text.starts_with('@') &&
           !text.substr(0, slash).contains(':');
}

void read_listen(Reading& reading, const std::string& key, const std::string& text, Port& port) {
    if (auto address = read_address(reading, text))
        port.address = address->text();
    else
        reading.problem(key, address.error().message);
}

void read_name(Reading& reading, const Entry& entry, Port& port) {
    port.name = entry.text();
    if (!valid_port_name(port.name))
        reading.problem(entry.key, std::format("\"{}\" is no name of a port: expected up to 64 "
                                               "letters, digits, \"_\", \"-\" and \".\"",
                                               port.name));
}

void read_mode(Reading& reading, const Entry& entry, Port& port) {
    constexpr unsigned most = 0777;
    constexpr int octal = 8;
    const auto text = entry.text();
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), port.mode, octal);
    if (parsed.ec != std::errc() || parsed.ptr != text.data() + text.size() || port.mode > most)
        reading.problem(entry.key,
                        std::format("expected an octal mode such as \"0660\", found \"{}\"", text));
}

void read_socket_user(Reading& reading, const Entry& entry, Port& port) {
    port.user = entry.text();
    if (::geteuid() != 0)
        reading.problem(entry.key, "only the system instance can give sockets to another user");
    else if (auto why = look_up_user(reading, port.user))
        reading.problem(entry.key, *std::move(why));
}

void read_socket_group(Reading& reading, const Entry& entry, Port& port) {
    port.group = entry.text();
    if (auto why = look_up_group(reading, port.group))
        reading.problem(entry.key, *std::move(why));
}

constexpr auto kPortKeys = std::to_array<KeyRow<Port>>({
    {"listen", ValueType::String,
     [](Reading& reading, const Entry& entry, Port& port) {
         read_listen(reading, entry.key, entry.text(), port);
     }},
    {"name", ValueType::String, read_name},
    {"mode", ValueType::String, read_mode},
    {"user", ValueType::String, read_socket_user},
    {"group", ValueType::String, read_socket_group},
});
constexpr auto kOfFiles = std::to_array<std::string_view>({"mode", "user", "group"});

Port read_long_port(Reading& reading, const std::string& key, const toml::table& table) {
    Port port;
    read_table(reading, table, key, kPortKeys, {}, port);
    if (!table.contains("listen"))
        reading.problem(key, "listens nowhere: give listen = \"…\"");
    for (const std::string_view name : kOfFiles)
        if (table.contains(name) && !port.address.empty() && !in_file_system(port))
            reading.problem(std::format("{}.{}", key, name),
                            std::format("is for Unix sockets in the file system, and {} is none",
                                        port.address));
    return port;
}

// A port is told from the others by its address, and by its name in the service.
void check_unique(Reading& reading, const std::string& key, const std::vector<std::string>& keys,
                  const std::vector<Port>& ports, const Port& port) {
    for (std::size_t i = 0; i < ports.size(); ++i) {
        if (ports[i].address == port.address)
            reading.problem(reading.has(key + ".listen") ? key + ".listen" : key,
                            std::format("{} is {} already", port.address, keys[i]));
        else if (ports[i].name == port.name)
            reading.problem(reading.has(key + ".name") ? key + ".name" : key,
                            std::format("{} is named \"{}\" already: give {{ listen = \"{}\", "
                                        "name = \"…\" }}",
                                        keys[i], port.name, port.address));
    }
}

} // namespace

Result<Address> read_address(Reading& reading, const std::string& text) {
    if (!relative_path(text))
        return Address::parse(text);
    const auto start = look_up_start(reading, text);
    if (!start)
        return std::unexpected(start.error());
    return Address::parse(absolute_path(start->directory, start->rest));
}

void read_ports(Reading& reading, const Entry& entry, std::vector<PortDefinition>& ports) {
    const auto& array = *entry.value.as_array();
    std::vector<std::string> keys; // of `ports`
    for (std::size_t i = 0; i < array.size(); ++i) {
        const std::string key = std::format("{}.{}", entry.key, i);
        reading.place(key, array.get(i)->source());
        Port port;
        if (const auto* const table = array.get_as<toml::table>(i))
            port = read_long_port(reading, key, *table);
        else
            read_listen(reading, key, array.get(i)->value_or(std::string()), port);
        if (port.address.empty())
            continue; // it was told
        if (port.name.empty())
            port.name = default_port_name(*Address::parse(port.address));
        check_unique(reading, key, keys, ports, port);
        ports.push_back(std::move(port));
        keys.push_back(key);
    }
}

std::vector<std::string> port_keys() {
    std::vector<std::string> names;
    for (const auto& row : kPortKeys)
        names.emplace_back(row.name);
    return names;
}

} // namespace hotreload
