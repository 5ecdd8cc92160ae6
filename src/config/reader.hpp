// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// The reader of project files is driven by tables: every TOML table has a table of rows here, a row
// is a key, and a key's row says what it must be and who takes it. What has no row is an error.
// Handlers see only values of the right type, report what else is wrong, and never stop the
// reading.

#include "base/error.hpp"
#include "config/digest.hpp"
#include "config/paths.hpp"
#include "config/project_file.hpp"
#include "config/trust.hpp"
#include "core/declaration.hpp"
#include "core/kind.hpp"

#include <toml++/toml.hpp>

#include <algorithm>
#include <functional>
#include <iterator>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace hotreload {

// Entry is one key with its value. `key` is the full one: "services.web.command".
struct Entry {
    std::string key;
    const toml::node& value;

    [[nodiscard]] std::string text() const { return value.value_or(std::string()); }
    [[nodiscard]] std::vector<std::string> texts() const; // also of a single string
};

// [watch], and what a service's watch begins with.
struct WatchDefaults {
    std::vector<std::string> exclude;
    std::optional<Duration> debounce;
    std::optional<Duration> debounce_max;
    std::optional<unsigned> backup;
};

// Reading is what grows while the file is read.
struct Reading {
    ProjectDefinition project;
    const Kinds& kinds;
    const EnvFileReader& read_env_file;
    std::vector<std::string> drop_ins = {}; // paths of those that are laid over the file
    std::map<std::string, std::string> env; // of [project]
    std::vector<std::string> path;          // of [project], absolute
    std::string user;                       // of the service that is read: whose home "~/" is
    WatchDefaults watch;
    MemberReadings kept;             // of an earlier reading, and not taken over yet
    MemberReadings members;          // of this one
    MemberReading* member = nullptr; // that is read now
    DigestText digest_text = {};     // of it
    Programs programs = {};
    Trust trust = Trust(programs);
    std::vector<Problem> problems;

    void problem(const std::string& key, std::string message) {
        problems.push_back(project.problem_at(key, key + ": " + message));
    }
    void warning(const std::string& key, std::string message) {
        project.source_map.warnings.push_back(project.problem_at(key, key + ": " + message));
    }
    [[nodiscard]] bool has(std::string_view key) const {
        return project.source_map.find(key).has_value();
    }
    // Drop-ins are parsed with their path, and the project file without one.
    [[nodiscard]] SourceMap::Place place_of(const toml::source_region& source) const {
        SourceMap::Place place;
        place.line = source.begin.line;
        place.column = source.begin.column;
        if (source.path)
            place.file = static_cast<unsigned>(
                1 + std::distance(drop_ins.begin(), std::ranges::find(drop_ins, *source.path)));
        return place;
    }
    void place(const std::string& key, const toml::source_region& source) {
        auto place = place_of(source);
        if (!member)
            return project.source_map.add(key, place);
        place.line -= member->line; // of the other file, where the two stand in different ones
        member->places->add(key, place);
    }
};

template <class Target>
struct KeyRow {
    std::string_view name;
    ValueType type;
    void (*read)(Reading&, const Entry&, Target&);
};

std::string describe(const toml::node& value); // "a string", "an integer" …

// The key `name` of the table that stands at `where`.
std::string key_in(const std::string& where, std::string_view name);

// Reports a key that is not in `known`. `later` are those of the design that wait their turn.
void unknown_key(Reading& reading, const std::string& key, std::string_view name,
                 const std::string& where, const std::vector<std::string_view>& known,
                 std::span<const std::string_view> later);

// Reports a value that is not of its type, or a string in it that nothing can take.
bool check_type(Reading& reading, const Entry& entry, ValueType type);

// Reads `table`, which stands at the key `where`, in the order of the rows.
template <class Target>
void read_table(Reading& reading, const toml::table& table, const std::string& where,
                std::span<const std::type_identity_t<KeyRow<Target>>> rows,
                std::span<const std::string_view> later, Target& target) {
    struct Present {
        const KeyRow<Target>* row;
        std::string key;
        const toml::node* value;
    };
    std::vector<Present> present;
    for (const auto& [name, value] : table) {
        auto key = key_in(where, name.str());
        reading.place(key, name.source());
        const auto row = std::ranges::find(rows, name.str(), &KeyRow<Target>::name);
        if (row != rows.end()) {
            present.push_back({&*row, std::move(key), &value});
            continue;
        }
        std::vector<std::string_view> known;
        for (const auto& each : rows)
            known.push_back(each.name);
        unknown_key(reading, key, name.str(), where, known, later);
    }
    std::ranges::sort(present, {}, &Present::row);
    for (auto& [row, key, value] : present)
        if (const Entry entry{std::move(key), *value}; check_type(reading, entry, row->type))
            row->read(reading, entry, target);
}

} // namespace hotreload
