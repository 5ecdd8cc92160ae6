// SPDX-License-Identifier: LGPL-2.1-or-later
#include "config/env_file.hpp"
#include "config/globs.hpp"
#include "config/keys.hpp"
#include "config/lookups.hpp"
#include "config/paths.hpp"
#include "config/words.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <format>
#include <iterator>

namespace hotreload {

namespace {

// Puts the value of a word into `target`, or reports why it is none.
template <class T, class U>
void take(Reading& reading, const Entry& entry, Result<T> value, U& target) {
    if (value)
        target = std::move(*value);
    else
        reading.problem(entry.key, value.error().message);
}

void read_env_file(Reading& reading, const std::string& key, std::string name,
                   MemberDefinition& service) {
    const bool optional = name.starts_with('-');
    if (optional)
        name.erase(0, 1);
    if (name.empty()) {
        reading.problem(key, "is empty: give the path of a file");
        return;
    }
    const auto path = read_path(reading, key, name);
    if (!path)
        return;
    add_source(reading, *path); // missing or not: it matters when it appears
    const auto text = look_up_env_file(reading, *path);
    reading.member->env_files.push_back({key, *path, text.has_value()});
    if (!text) {
        if (!optional || text.error().code != ErrorCode::NotFound)
            reading.problem(key, std::format("{} {}", *path, text.error().message));
        return;
    }
    auto variables = parse_env_file(*text, *path);
    if (variables)
        for (auto& [variable, value] : *variables)
            service.env[variable] = std::move(value);
    else
        std::ranges::move(variables.error(), std::back_inserter(reading.problems));
}

void read_env_files(Reading& reading, const Entry& entry, MemberDefinition& service) {
    for (const std::string& name : entry.texts())
        read_env_file(reading, entry.key, name, service);
}

void read_working_dir(Reading& reading, const Entry& entry, MemberDefinition& service) {
    if (entry.text().empty())
        return reading.problem(entry.key, "is empty: give the path of a directory");
    auto path = read_path(reading, entry.key, entry.text());
    if (!path)
        return;
    service.working_dir = *std::move(path);
    const int type = look_up_type(reading, service.working_dir);
    if (type < 0)
        reading.problem(entry.key, fail_errno(-type, service.working_dir).error().message);
    else if (type != S_IFDIR)
        reading.problem(entry.key, std::format("{} is not a directory", service.working_dir));
}

void read_user(Reading& reading, const Entry& entry, MemberDefinition& service) {
    service.user = entry.text();
    if (::geteuid() != 0)
        reading.problem(entry.key, "only the system instance can run services as another user");
    else if (auto why = look_up_user(reading, service.user))
        reading.problem(entry.key, *std::move(why));
}

// Checked when all services are known.
void read_names(const Entry& entry, std::vector<std::string>& names) {
    names = entry.texts();
    std::ranges::sort(names);
    const auto repeated = std::ranges::unique(names);
    names.erase(repeated.begin(), repeated.end());
}

void read_verify(Reading& reading, const Entry& entry, MemberDefinition& service) {
    take(reading, entry, parse_duration(entry.text()), service.verify);
    if (service.verify == kInfinity)
        reading.problem(entry.key, "cannot be infinity: the reload would never end");
}

using Row = KeyRow<MemberDefinition>;
using Service = MemberDefinition;

// `env` stands before `env_file`, which overrides it, whatever their order in the file.
constexpr auto kServiceKeys = std::to_array<Row>({
    {"command", ValueType::StringOrStrings,
     [](Reading& reading, const Entry& entry, Service& service) {
         read_command(reading, entry, service.command);
     }},
    {"unit", ValueType::String,
     [](Reading& reading, const Entry& entry, Service& service) {
         take(reading, entry, attached_unit_name(entry.text()), service.unit);
     }},
    {"type", ValueType::String,
     [](Reading& reading, const Entry& entry, Service& service) {
         take(reading, entry, service_type_word(entry.text()), service.type);
     }},
    {"env", ValueType::Table,
     [](Reading& reading, const Entry& entry, Service& service) {
         read_env(reading, entry, service.env);
     }},
    {"env_file", ValueType::StringOrStrings, read_env_files},
    {"working_dir", ValueType::String, read_working_dir},
    {"user", ValueType::String, read_user},
    {"after", ValueType::Strings,
     [](Reading&, const Entry& entry, Service& service) { read_names(entry, service.after); }},
    {"requires", ValueType::Strings,
     [](Reading&, const Entry& entry, Service& service) { read_names(entry, service.required); }},
    {"part_of", ValueType::Strings,
     [](Reading&, const Entry& entry, Service& service) { read_names(entry, service.part_of); }},
    {"ports", ValueType::EachStringOrTable,
     [](Reading& reading, const Entry& entry, Service& service) {
         read_ports(reading, entry, service.ports);
     }},
    {"properties", ValueType::Table, read_properties},
    {"validate", ValueType::StringOrStrings,
     [](Reading& reading, const Entry& entry, Service& service) {
         read_command(reading, entry, service.validate);
     }},
    {"reload", ValueType::StringOrStrings,
     [](Reading& reading, const Entry& entry, Service& service) {
         read_command(reading, entry, service.reload, "MAINPID");
     }},
    {"reload_signal", ValueType::String,
     [](Reading& reading, const Entry& entry, Service& service) {
         take(reading, entry, signal_word(entry.text()), service.reload_signal);
     }},
    {"strategy", ValueType::String,
     [](Reading& reading, const Entry& entry, Service& service) {
         take(reading, entry, strategy_word(entry.text()), service.strategy);
     }},
    {"ready", ValueType::Table,
     [](Reading& reading, const Entry& entry, Service& service) {
         read_ready(reading, entry, service.ready);
     }},
    {"verify", ValueType::String, read_verify},
    {"drain", ValueType::String,
     [](Reading& reading, const Entry& entry, Service& service) {
         take(reading, entry, parse_duration(entry.text()), service.drain);
     }},
    {"watch", ValueType::StringsOrTables, read_watches},
});

// Every kind has these.
constexpr auto kOfAllKinds =
    std::to_array<std::string_view>({"after", "requires", "part_of", "strategy", "watch"});

Value value_of(const toml::node& node) {
    if (const auto* const table = node.as_table()) {
        Value::Object object;
        for (const auto& [name, each] : *table)
            object.emplace(name.str(), value_of(each));
        return {.data = std::move(object)};
    }
    if (const auto* const array = node.as_array()) {
        Value::Array values;
        for (const auto& each : *array)
            values.push_back(value_of(each));
        return {.data = std::move(values)};
    }
    if (const auto* const text = node.as_string())
        return {.data = text->get()};
    if (const auto* const flag = node.as_boolean())
        return {.data = flag->get()};
    if (const auto* const number = node.as_integer())
        return {.data = number->get()};
    if (const auto* const number = node.as_floating_point())
        return {.data = number->get()};
    return {};
}

// A key of the kind's own: its check understands the value.
void read_setting(Reading&, const Entry& entry, Service& service) {
    service.settings.emplace(entry.key.substr(entry.key.rfind('.') + 1), value_of(entry.value));
}

void read_path_setting(Reading& reading, const Entry& entry, Service& service) {
    if (entry.text().empty())
        reading.problem(entry.key, "is empty: give a path");
    else if (auto path = read_path(reading, entry.key, entry.text()))
        service.settings.emplace(entry.key.substr(entry.key.rfind('.') + 1),
                                 Value{.data = *std::move(path)});
}

} // namespace

void add_source(Reading& reading, const std::string& path) {
    if (!std::ranges::contains(reading.project.sources, path))
        reading.project.sources.push_back(path);
}

std::vector<KeyRow<MemberDefinition>> member_rows(const Kind& kind) {
    std::vector<Row> rows;
    std::ranges::copy_if(kServiceKeys, std::back_inserter(rows), [&](const Row& row) {
        return std::ranges::contains(kOfAllKinds, row.name) || kind.takes(row.name);
    });
    for (const auto& each : kind.settings())
        rows.push_back({each.name, each.type,
                        each.type == ValueType::Path ? read_path_setting : read_setting});
    return rows;
}

void read_service(Reading& reading, const std::string& key, const toml::table& table,
                  const Kind& kind, std::span<const Row> rows, MemberDefinition& service) {
    if (kind.takes("env"))
        service.env = reading.env;
    read_table<Service>(reading, table, key, rows, {}, service);
    if (table.contains("unit"))
        service.env.clear(); // it was started by somebody else: nothing of ours reaches it
    else if (kind.takes("working_dir") && !table.contains("working_dir"))
        service.working_dir = reading.project.directory;
    if (kind.takes("env") && !reading.path.empty())
        service.env.try_emplace("PATH", path_variable(reading.path));
}

std::vector<std::string> member_keys(const Kind& kind) {
    std::vector<std::string> names;
    for (const auto& row : member_rows(kind))
        names.emplace_back(row.name);
    return names;
}

} // namespace hotreload
