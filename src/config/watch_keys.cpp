// SPDX-License-Identifier: LGPL-2.1-or-later
#include "config/globs.hpp"
#include "config/keys.hpp"
#include "config/lookups.hpp"
#include "config/paths.hpp"
#include "config/words.hpp"
#include "core/glob.hpp"
#include "core/key_pattern.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <format>

namespace hotreload {

namespace {

// Everything of a watch but its files.
struct Watch {
    WatchDefaults settings;
    WatchDefinition definition;                           // what the settings do not say
    std::optional<std::vector<std::string>> readers = {}; // of a published document
};

void read_time(Reading& reading, const Entry& entry, std::optional<Duration>& time) {
    const auto parsed = parse_duration(entry.text());
    if (!parsed)
        reading.problem(entry.key, parsed.error().message);
    else if (*parsed == kInfinity)
        reading.problem(entry.key, "cannot be infinity");
    else
        time = *parsed;
}

constexpr KeyRow<Watch> kExclude{"exclude", ValueType::Strings,
                                 [](Reading& reading, const Entry& entry, Watch& watch) {
                                     read_globs(reading, entry, true, watch.settings.exclude);
                                 }};
constexpr KeyRow<Watch> kDebounce{"debounce", ValueType::String,
                                  [](Reading& reading, const Entry& entry, Watch& watch) {
                                      read_time(reading, entry, watch.settings.debounce);
                                  }};
constexpr KeyRow<Watch> kDebounceMax{"debounce_max", ValueType::String,
                                     [](Reading& reading, const Entry& entry, Watch& watch) {
                                         read_time(reading, entry, watch.settings.debounce_max);
                                     }};

constexpr KeyRow<Watch> kBackup{
    "backup", ValueType::Integer, [](Reading& reading, const Entry& entry, Watch& watch) {
        constexpr std::int64_t most = 1000;
        const auto copies = entry.value.value_or(std::int64_t{-1});
        if (copies < 0 || copies > most)
            reading.problem(entry.key,
                            std::format("expected 0 to {} copies, found {}", most, copies));
        else
            watch.settings.backup = static_cast<unsigned>(copies);
    }};

void read_key_rules(Reading& reading, const Entry& entry, Watch& watch) {
    for (const auto& [name, value] : *entry.value.as_table()) {
        const std::string key = std::format("{}.{}", entry.key, name.str());
        reading.place(key, name.source());
        if (const auto pattern = KeyPattern::parse(name.str()); !pattern)
            reading.problem(key, pattern.error().message);
        else if (!value.is_string())
            reading.problem(key, std::format("expected a string, found {}", describe(value)));
        else if (const auto strategy = strategy_word(value.value_or(std::string_view())); strategy)
            watch.definition.keys[std::string(name.str())] = *strategy;
        else
            reading.problem(key, strategy.error().message);
    }
}

void read_schema(Reading& reading, const Entry& entry, Watch& watch) {
    if (entry.text().empty())
        return reading.problem(entry.key, "is empty: give the path of a JSON Schema");
    auto path = read_path(reading, entry.key, entry.text());
    if (!path)
        return;
    watch.definition.schema = *std::move(path);
    if (!Glob::parse(escape_glob(watch.definition.schema)))
        reading.problem(entry.key, "is no path: give that of a file with the JSON Schema");
    else if (look_up_type(reading, watch.definition.schema) == S_IFDIR)
        reading.problem(entry.key, std::format("{} is a directory", watch.definition.schema));
}

constexpr KeyRow<Watch> kFormat{"format", ValueType::String,
                                [](Reading& reading, const Entry& entry, Watch& watch) {
                                    if (const auto format = format_word(entry.text()))
                                        watch.definition.format = *format;
                                    else
                                        reading.problem(entry.key, format.error().message);
                                }};
constexpr KeyRow<Watch> kSchema{"schema", ValueType::String, read_schema};

constexpr auto kDefaultKeys =
    std::to_array<KeyRow<Watch>>({kBackup, kDebounce, kDebounceMax, kExclude});

constexpr auto kWatchKeys = std::to_array<KeyRow<Watch>>({
    {"files", ValueType::Strings,
     [](Reading& reading, const Entry& entry, Watch& watch) {
         read_globs(reading, entry, false, watch.definition.files);
     }},
    kExclude,
    kDebounce,
    kDebounceMax,
    kBackup,
    kFormat,
    kSchema,
    {"keys", ValueType::Table, read_key_rules},
    {"on_change", ValueType::String,
     [](Reading& reading, const Entry& entry, Watch& watch) {
         if (const auto strategy = strategy_word(entry.text()))
             watch.definition.on_change = *strategy;
         else
             reading.problem(entry.key, strategy.error().message);
     }},
    {"pin", ValueType::Boolean,
     [](Reading&, const Entry& entry, Watch& watch) {
         watch.definition.pin = entry.value.value_or(false);
     }},
    {"together", ValueType::Boolean,
     [](Reading&, const Entry& entry, Watch& watch) {
         watch.definition.together = entry.value.value_or(false);
     }},
});

// Reads the name of one file, which is no pattern whatever it looks like.
void read_file(Reading& reading, const std::string& key, const std::string& file,
               WatchDefinition& watch) {
    if (file.empty())
        return reading.problem(key, "is empty: give the path of a document");
    const auto path = read_path(reading, key, file);
    if (!path)
        return;
    if (auto glob = read_glob(reading, key, escape_glob(*path), false))
        watch.files = {std::move(*glob)};
}

// A published document.
constexpr auto kConfigKeys = std::to_array<KeyRow<Watch>>({
    {"file", ValueType::String,
     [](Reading& reading, const Entry& entry, Watch& watch) {
         read_file(reading, entry.key, entry.text(), watch.definition);
     }},
    kFormat,
    kSchema,
    kDebounce,
    kDebounceMax,
    kBackup,
    {"readers", ValueType::Strings,
     [](Reading& reading, const Entry& entry, Watch& watch) {
         read_accounts(reading, entry, watch.readers.emplace());
     }},
});

// The definition's defaults where nothing is said. A longer debounce alone takes debounce_max
// along; both said must agree.
void finish(Reading& reading, const std::string& key, const WatchDefaults& settings,
            WatchDefinition& watch) {
    watch.exclude = settings.exclude;
    watch.backup = settings.backup.value_or(watch.backup);
    watch.debounce = settings.debounce.value_or(watch.debounce);
    watch.debounce_max =
        settings.debounce_max.value_or(std::max(watch.debounce_max, watch.debounce));
    const bool said_here = reading.has(key + ".debounce") || reading.has(key + ".debounce_max");
    if (watch.debounce_max < watch.debounce && said_here)
        reading.problem(
            reading.has(key + ".debounce_max") ? key + ".debounce_max" : key + ".debounce",
            std::format("debounce_max ({}) is shorter than debounce ({})",
                        format_duration(watch.debounce_max), format_duration(watch.debounce)));
}

// Bytes have neither keys nor a schema. Of a pattern with wildcards, it is not known.
void check_format(Reading& reading, const std::string& key, const WatchDefinition& watch) {
    if (watch.keys.empty() && watch.schema.empty())
        return;
    const std::string what = watch.keys.empty() ? "schema" : "keys";
    if (watch.format == Format::Bytes)
        reading.problem(key + ".format", std::format("\"bytes\" do not go with {}", what));
    for (std::size_t i = 0; i < watch.files.size() && !watch.format; ++i)
        if (const auto glob = Glob::parse(watch.files[i]);
            glob && glob->literal() && format_of(glob->literal_path()) == Format::Bytes)
            reading.problem(std::format("{}.files.{}", key, i),
                            std::format("{} is no document by its name, so {} cannot be used: give "
                                        "format = \"…\"",
                                        glob->literal_path(), what));
}

void read_long_watch(Reading& reading, const std::string& key, const toml::table& table,
                     MemberDefinition& service) {
    Watch watch{.settings = reading.watch, .definition = {}};
    read_table(reading, table, key, kWatchKeys, {}, watch);
    WatchDefinition& definition = service.watches.emplace_back(std::move(watch.definition));
    finish(reading, key, watch.settings, definition);
    check_format(reading, key, definition);
    const auto* const files = table.get_as<toml::array>("files");
    if (!table.contains("files") || (files != nullptr && files->empty()))
        reading.problem(key, "names no files: give files = [\"…\"]");
}

bool only_happens_to_match(const WatchDefinition& watch, const std::string& path) {
    bool matches = false;
    for (const std::string& pattern : watch.files)
        if (const auto glob = Glob::parse(pattern); glob && glob->matches(path)) {
            if (glob->literal())
                return false;
            matches = true;
        }
    return matches;
}

// Bytes have no value to publish.
void check_config(Reading& reading, const std::string& key, ConfigDefinition& config) {
    if (config.watch.files.empty())
        return;
    config.file = Glob::parse(config.watch.files.front())->literal_path();
    const auto format = config.watch.format.value_or(format_of(config.file));
    if (format == Format::Bytes)
        reading.problem(reading.has(key + ".format") ? key + ".format"
                        : reading.has(key + ".file") ? key + ".file"
                                                     : key,
                        std::format("{} is no document that can be published: name a .toml, .yaml, "
                                    ".json, .jsonc, .ini or unit file, or give format = \"…\"",
                                    config.file));
}

template <std::size_t N>
std::vector<std::string> names_of(const std::array<KeyRow<Watch>, N>& rows) {
    std::vector<std::string> names;
    for (const auto& row : rows)
        names.emplace_back(row.name);
    return names;
}

} // namespace

void read_watch_defaults(Reading& reading, const std::string& key, const toml::table& table) {
    Watch watch;
    read_table(reading, table, key, kDefaultKeys, {}, watch);
    reading.watch = std::move(watch.settings);
    WatchDefinition defaults;
    finish(reading, key, reading.watch, defaults);
    reading.project.debounce = defaults.debounce;
    reading.project.debounce_max = defaults.debounce_max;
}

void read_watches(Reading& reading, const Entry& entry, MemberDefinition& service) {
    const auto& array = *entry.value.as_array();
    if (array.empty())
        return;
    if (!array.is_homogeneous(toml::node_type::table)) {
        WatchDefinition& watch = service.watches.emplace_back();
        read_globs(reading, entry, false, watch.files);
        finish(reading, entry.key, reading.watch, watch);
        return;
    }
    for (std::size_t i = 0; i < array.size(); ++i) {
        const std::string key = std::format("{}.{}", entry.key, i);
        reading.place(key, array.get(i)->source());
        read_long_watch(reading, key, *array.get_as<toml::table>(i), service);
    }
}

void leave_out_sources(Reading& reading) {
    auto sources = reading.project.sources;
    sources.push_back(reading.project.path);
    for (auto& [name, service] : reading.project.services)
        for (std::size_t i = 0; i < service->watches.size(); ++i)
            for (const std::string& source : sources)
                if (only_happens_to_match(service->watches[i], source)) {
                    service.edit().watches[i].exclude.push_back(escape_glob(source));
                    auto& member = reading.members.at(name);
                    member.keep = member.is_checked = false; // other sources may be there next time
                }
}

void read_config(Reading& reading, const std::string& key, const toml::table& table,
                 ConfigDefinition& config) {
    Watch watch{.settings = reading.watch, .definition = {}};
    watch.settings.exclude.clear(); // it is named
    read_table(reading, table, key, kConfigKeys, {}, watch);
    config.watch = std::move(watch.definition);
    config.readers = std::move(watch.readers);
    finish(reading, key, watch.settings, config.watch);
    if (!table.contains("file"))
        reading.problem(key, "names no document: give file = \"…\"");
    check_config(reading, key, config);
}

void read_config_file(Reading& reading, const std::string& key, const std::string& file,
                      ConfigDefinition& config) {
    read_file(reading, key, file, config.watch);
    finish(reading, key, reading.watch, config.watch);
    config.watch.exclude.clear();
    check_config(reading, key, config);
}

std::vector<std::string> config_keys() {
    return names_of(kConfigKeys);
}

std::vector<std::string> watch_keys() {
    return names_of(kWatchKeys);
}

std::vector<std::string> watch_default_keys() {
    return names_of(kDefaultKeys);
}

} // namespace hotreload
