// SPDX-License-Identifier: LGPL-2.1-or-later
#include "config/env_file.hpp"
#include "config/globs.hpp"
#include "config/keys.hpp"
#include "core/key_pattern.hpp"
#include "core/names.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <format>
#include <limits>

namespace hotreload {

namespace {

struct Nothing {}; // everything of these tables goes into the Reading

void read_secrets(Reading& reading, const Entry& entry, Nothing&) {
    const auto patterns = entry.texts();
    for (std::size_t i = 0; i < patterns.size(); ++i)
        if (const auto pattern = KeyPattern::parse(patterns[i]))
            reading.project.secrets.push_back(patterns[i]);
        else
            reading.problem(std::format("{}.{}", entry.key, i), pattern.error().message);
}

// Directories that are not there are for programs that come later.
void read_program_path(Reading& reading, const Entry& entry, Nothing&) {
    const auto directories = entry.texts();
    for (std::size_t i = 0; i < directories.size(); ++i) {
        const std::string key =
            entry.value.is_string() ? entry.key : std::format("{}.{}", entry.key, i);
        if (directories[i].empty())
            reading.problem(key, "is empty: give the path of a directory");
        else if (directories[i].contains(':'))
            reading.problem(key, std::format("\"{}\" has a \":\", which PATH cannot name: give an "
                                             "array of directories",
                                             directories[i]));
        else if (auto path = read_path(reading, key, directories[i]))
            reading.path.push_back(*std::move(path));
    }
}

constexpr auto kProjectKeys = std::to_array<KeyRow<Nothing>>({
    {"name", ValueType::String,
     [](Reading& reading, const Entry& entry, Nothing&) {
         reading.project.name = entry.text();
         if (!valid_name(reading.project.name))
             reading.problem(entry.key,
                             std::format("\"{}\" is not a valid name: lower-case letters, digits, "
                                         "\"_\" and \"-\", beginning with a letter or digit",
                                         reading.project.name));
     }},
    {"env", ValueType::Table,
     [](Reading& reading, const Entry& entry, Nothing&) { read_env(reading, entry, reading.env); }},
    {"enabled", ValueType::Boolean,
     [](Reading& reading, const Entry& entry, Nothing&) {
         reading.project.enabled = entry.value.value_or(true);
     }},
    {"keep_generations", ValueType::Integer,
     [](Reading& reading, const Entry& entry, Nothing&) {
         constexpr std::int64_t most = 1000;
         const auto kept = entry.value.value_or(std::int64_t{-1});
         if (kept < 1 || kept > most)
             reading.problem(entry.key,
                             std::format("expected 1 to {} generations, found {}", most, kept));
         else
             reading.project.keep_generations = static_cast<unsigned>(kept);
     }},
    {"secrets", ValueType::Strings, read_secrets},
    {"operators", ValueType::Strings,
     [](Reading& reading, const Entry& entry, Nothing&) {
         read_accounts(reading, entry, reading.project.operators);
     }},
    {"path", ValueType::StringOrStrings, read_program_path},
});

// A member that cannot be read.
std::string place_member(Reading& reading, const Entry& entry, const toml::key& name) {
    auto key = key_in(entry.key, name.str());
    reading.place(key, name.source());
    return key;
}

// The table of a kind: "services", and what else there is.
void read_members(Reading& reading, const Entry& entry, Nothing&) {
    const auto& kinds = reading.kinds.all();
    const auto& kind =
        **std::ranges::find(kinds, entry.key, [](const Kind* each) { return each->table(); });
    const auto rows = member_rows(kind);
    const auto defaults = digest_of_defaults(reading, kind);
    for (const auto& [name, value] : *entry.value.as_table()) {
        if (!valid_name(name.str())) {
            const auto key = place_member(reading, entry, name);
            reading.problem(key, std::format("\"{}\" is not a valid name of a {}: lower-case "
                                             "letters, digits, \"_\" and \"-\", beginning with a "
                                             "letter or digit",
                                             name.str(), kind.word()));
            continue;
        }
        const auto* const table = value.as_table();
        if (table == nullptr) {
            const auto key = place_member(reading, entry, name);
            reading.problem(key, std::format("expected a table, found {}", describe(value)));
            continue;
        }
        auto& members = reading.project.services;
        if (const auto member = members.find(std::string(name.str())); member != members.end()) {
            const auto key = place_member(reading, entry, name);
            reading.problem(key, std::format("\"{}\" is the name of a {} of the project already",
                                             name.str(), reading.kinds.of(member->second).word()));
            continue;
        }
        const auto& read = read_member(reading, name, *table, kind, rows, defaults);
        members.emplace_hint(members.end(), name.str(), read.definition);
    }
}

bool check_config_name(Reading& reading, const std::string& key, std::string_view name) {
    if (valid_name(name))
        return true;
    reading.problem(key, std::format("\"{}\" is not a valid name of a config: lower-case letters, "
                                     "digits, \"_\" and \"-\", beginning with a letter or digit",
                                     name));
    return false;
}

void read_config_table(Reading& reading, const std::string& where, const toml::table& configs) {
    for (const auto& [name, value] : configs) {
        const auto key = key_in(where, name.str());
        reading.place(key, name.source());
        const auto* const table = value.as_table();
        if (table == nullptr) {
            reading.problem(key, std::format("expected a table, found {}", describe(value)));
        } else if (check_config_name(reading, key, name.str())) {
            ConfigDefinition& config = reading.project.configs[std::string(name.str())];
            config.name = name.str();
            read_config(reading, key, *table, config);
        }
    }
}

// The short form: each is called after its file, up to the first dot.
void read_config_files(Reading& reading, const Entry& entry) {
    const auto files = entry.texts();
    for (std::size_t i = 0; i < files.size(); ++i) {
        const std::string key = std::format("{}.{}", entry.key, i);
        std::string name = std::filesystem::path(files[i]).filename();
        name.resize(std::min(name.find('.'), name.size()));
        if (!check_config_name(reading, key, name))
            continue;
        const auto [config, is_new] = reading.project.configs.try_emplace(name);
        if (!is_new) {
            reading.problem(key, std::format("\"{0}\" is the name of another one: write them as "
                                             "[configs.NAME] with file = \"…\"",
                                             name));
            continue;
        }
        config->second.name = name;
        read_config_file(reading, key, files[i], config->second);
    }
}

void read_configs(Reading& reading, const Entry& entry, Nothing&) {
    if (const auto* const table = entry.value.as_table())
        read_config_table(reading, entry.key, *table);
    else
        read_config_files(reading, entry);
}

// The keys stand in the order in which they build on each other, wherever they stand in the file;
// the tables of the kinds are between these.
constexpr auto kRootKeys = std::to_array<KeyRow<Nothing>>({
    {"project", ValueType::Table,
     [](Reading& reading, const Entry& entry, Nothing& nothing) {
         read_table(reading, *entry.value.as_table(), entry.key, kProjectKeys, {}, nothing);
     }},
    {"watch", ValueType::Table,
     [](Reading& reading, const Entry& entry, Nothing&) {
         read_watch_defaults(reading, entry.key, *entry.value.as_table());
     }},
    {"configs", ValueType::StringsOrTable, read_configs},
});
constexpr auto kRootLater = std::to_array<std::string_view>({"tasks"});

std::vector<KeyRow<Nothing>> root_keys(const Kinds& kinds) {
    std::vector rows(kRootKeys.begin(), kRootKeys.end());
    for (const auto* const kind : kinds.all())
        rows.insert(rows.end() - 1, {kind->table(), ValueType::Table, read_members});
    return rows;
}

// A file in /etc/hotreload is called after its project; in a project's directory, the directory is.
void default_name(Reading& reading) {
    const std::filesystem::path path = reading.project.path;
    const bool own = path.filename() == "hotreload.toml";
    const auto name = (own ? path.parent_path().filename() : path.stem()).string();
    if (valid_name(name)) {
        reading.project.name = name;
        return;
    }
    reading.problems.push_back(reading.project.problem_at(
        "project", std::format("the {} name \"{}\" cannot be the project's: give one as "
                               "name = \"…\" in [project]",
                               own ? "directory's" : "file's", name)));
}

} // namespace

void read_project(Reading& reading, const toml::table& root) {
    Nothing nothing;
    read_table<Nothing>(reading, root, "", root_keys(reading.kinds), kRootLater, nothing);
    if (!reading.has("project.name"))
        default_name(reading);
    leave_out_sources(reading);
    check_services(reading);
}

void read_env(Reading& reading, const Entry& entry, std::map<std::string, std::string>& env) {
    for (const auto& [name, value] : *entry.value.as_table()) {
        const auto key = key_in(entry.key, name.str());
        reading.place(key, name.source());
        std::string text;
        if (const auto* const string = value.as_string())
            text = string->get();
        else if (const auto* const integer = value.as_integer())
            text = std::to_string(integer->get());
        else if (const auto* const boolean = value.as_boolean())
            text = boolean->get() ? "true" : "false";
        else if (const auto* const number = value.as_floating_point())
            text = std::format("{}", number->get());
        else {
            reading.problem(key, std::format("expected a string, a number or a boolean, found {}",
                                             describe(value)));
            continue;
        }
        if (!valid_env_name(name.str()))
            reading.problem(key, std::format("\"{}\" is not a valid name of an environment "
                                             "variable",
                                             name.str()));
        else if (text.contains('\0'))
            reading.problem(key, "contains a NUL character");
        else
            env[std::string(name.str())] = std::move(text);
    }
}

std::vector<std::string> project_keys() {
    std::vector<std::string> names;
    for (const auto& row : kProjectKeys)
        names.emplace_back(row.name);
    return names;
}

} // namespace hotreload
