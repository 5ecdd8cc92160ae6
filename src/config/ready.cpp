// SPDX-License-Identifier: LGPL-2.1-or-later
#include "config/keys.hpp"

#include <algorithm>
#include <array>
#include <format>

namespace hotreload {

namespace {

constexpr Duration kShortest = std::chrono::milliseconds(1);

void read_ready_time(Reading& reading, const Entry& entry, Duration& time) {
    const auto parsed = parse_duration(entry.text());
    if (!parsed)
        reading.problem(entry.key, parsed.error().message);
    else if (*parsed == kInfinity)
        reading.problem(entry.key, "cannot be infinity");
    else if (*parsed < kShortest)
        reading.problem(entry.key, std::format("expected {} at least, found {}",
                                               format_duration(kShortest), entry.text()));
    else
        time = *parsed;
}

void read_http(Reading& reading, const Entry& entry, ReadyProbe& probe) {
    probe.http = entry.text();
    if (const auto addresses = probe_addresses(probe.http); !addresses)
        reading.problem(entry.key, addresses.error().message);
}

void read_tcp(Reading& reading, const Entry& entry, ReadyProbe& probe) {
    const auto address = read_address(reading, entry.text());
    if (!address)
        reading.problem(entry.key, address.error().message);
    else if (address->datagram)
        reading.problem(entry.key, "is an address of UDP, which connects to nobody");
    else
        probe.tcp = address->text();
}

constexpr auto kReadyKeys = std::to_array<KeyRow<ReadyProbe>>({
    {"http", ValueType::String, read_http},
    {"tcp", ValueType::String, read_tcp},
    {"command", ValueType::StringOrStrings,
     [](Reading& reading, const Entry& entry, ReadyProbe& probe) {
         read_command(reading, entry, probe.command);
     }},
    {"timeout", ValueType::String,
     [](Reading& reading, const Entry& entry, ReadyProbe& probe) {
         read_ready_time(reading, entry, probe.timeout);
     }},
    {"interval", ValueType::String,
     [](Reading& reading, const Entry& entry, ReadyProbe& probe) {
         read_ready_time(reading, entry, probe.interval);
     }},
});
constexpr auto kReadyKinds = std::to_array<std::string_view>({"http", "tcp", "command"});

} // namespace

void read_ready(Reading& reading, const Entry& entry, std::optional<ReadyProbe>& ready) {
    const auto& table = *entry.value.as_table();
    read_table(reading, table, entry.key, kReadyKeys, {}, ready.emplace());
    const auto given =
        std::ranges::count_if(kReadyKinds, [&](auto kind) { return table.contains(kind); });
    if (given == 0)
        reading.problem(entry.key, "says not how: give http = \"…\", tcp = \"…\" or command = […]");
    else if (given > 1)
        reading.problem(entry.key, "give one of http, tcp and command");
}

std::vector<std::string> ready_keys() {
    std::vector<std::string> names;
    for (const auto& row : kReadyKeys)
        names.emplace_back(row.name);
    return names;
}

} // namespace hotreload
