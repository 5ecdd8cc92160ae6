// SPDX-License-Identifier: LGPL-2.1-or-later
#include "config/keys.hpp"
#include "config/paths.hpp"
#include "config/words.hpp"
#include "core/glob.hpp"

#include <algorithm>
#include <filesystem>
#include <format>

namespace hotreload {

namespace {

// Everything of a watch but its files.
struct Watch {
    std::vector<std::string> files;
    WatchDefaults settings;
    std::optional<Strategy> on_change;
};

bool has_dot_component(std::string_view pattern) {
    for (std::size_t start = 0; start <= pattern.size();) {
        const std::size_t end = std::min(pattern.find('/', start), pattern.size());
        const std::string_view component = pattern.substr(start, end - start);
        if (component == "." || component == "..")
            return true;
        start = end + 1;
    }
    return false;
}

// One pattern, absolute; nothing after a problem.
std::optional<std::string> read_glob(Reading& reading, const std::string& key,
                                     const std::string& pattern, bool anywhere) {
    const auto bad = [&](const std::string& why) {
        reading.problem(key, std::format("pattern \"{}\" {}", pattern, why));
        return std::nullopt;
    };
    if (pattern.empty())
        return bad("is empty");
    std::string absolute = anywhere && pattern.starts_with("**/")
                               ? pattern
                               : absolute_glob(reading.project.directory, pattern);
    auto glob = Glob::parse(pattern); // as it was written, so that the error quotes that
    if (glob)
        glob = Glob::parse(absolute);
    if (!glob) {
        reading.problem(key, glob.error().message);
        return {};
    }
    std::error_code error;
    const bool slash = pattern.ends_with('/');
    if (slash || (glob->literal() && std::filesystem::is_directory(absolute, error)))
        return bad(std::format("is a directory; for the files in it write \"{}{}**\"", pattern,
                               slash ? "" : "/"));
    if (has_dot_component(absolute))
        return bad("has \".\" or \"..\" after a wildcard");
    return absolute;
}

void read_globs(Reading& reading, const Entry& entry, bool anywhere,
                std::vector<std::string>& globs) {
    const auto patterns = entry.texts();
    for (std::size_t i = 0; i < patterns.size(); ++i)
        if (auto glob =
                read_glob(reading, std::format("{}.{}", entry.key, i), patterns[i], anywhere))
            globs.push_back(std::move(*glob));
}

void read_time(Reading& reading, const Entry& entry, std::optional<Duration>& time) {
    const auto parsed = parse_duration(entry.text());
    if (!parsed)
        reading.problem(entry.key, parsed.error().message);
    else if (*parsed == kInfinity)
        reading.problem(entry.key, "cannot be infinity");
    else
        time = *parsed;
}

constexpr KeyRow<Watch> kExclude{"exclude", Kind::Strings,
                                 [](Reading& reading, const Entry& entry, Watch& watch) {
                                     read_globs(reading, entry, true, watch.settings.exclude);
                                 }};
constexpr KeyRow<Watch> kDebounce{"debounce", Kind::String,
                                  [](Reading& reading, const Entry& entry, Watch& watch) {
                                      read_time(reading, entry, watch.settings.debounce);
                                  }};
constexpr KeyRow<Watch> kDebounceMax{"debounce_max", Kind::String,
                                     [](Reading& reading, const Entry& entry, Watch& watch) {
                                         read_time(reading, entry, watch.settings.debounce_max);
                                     }};

constexpr auto kDefaultKeys = std::to_array<KeyRow<Watch>>({kDebounce, kDebounceMax, kExclude});
constexpr auto kDefaultLater = std::to_array<std::string_view>({"backup"});

constexpr auto kWatchKeys = std::to_array<KeyRow<Watch>>({
    {"files", Kind::Strings,
     [](Reading& reading, const Entry& entry, Watch& watch) {
         read_globs(reading, entry, false, watch.files);
     }},
    kExclude,
    kDebounce,
    kDebounceMax,
    {"on_change", Kind::String,
     [](Reading& reading, const Entry& entry, Watch& watch) {
         if (const auto strategy = strategy_word(entry.text()))
             watch.on_change = *strategy;
         else
             reading.problem(entry.key, strategy.error().message);
     }},
});
constexpr auto kWatchLater =
    std::to_array<std::string_view>({"schema", "pin", "together", "keys", "backup"});

// The definition's defaults where nothing is said. A longer debounce alone takes debounce_max
// along; both said must agree.
void finish(Reading& reading, const std::string& key, const WatchDefaults& settings,
            WatchDefinition& watch) {
    watch.exclude = settings.exclude;
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

void read_long_watch(Reading& reading, const std::string& key, const toml::table& table,
                     ServiceDefinition& service) {
    Watch watch{.settings = reading.watch};
    read_table(reading, table, key, kWatchKeys, kWatchLater, watch);
    WatchDefinition& definition = service.watches.emplace_back();
    definition.files = std::move(watch.files);
    definition.on_change = watch.on_change;
    finish(reading, key, watch.settings, definition);
    const auto* const files = table.get_as<toml::array>("files");
    if (!table.contains("files") || (files != nullptr && files->empty()))
        reading.problem(key, "names no files: give files = [\"…\"]");
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
    read_table(reading, table, key, kDefaultKeys, kDefaultLater, watch);
    reading.watch = std::move(watch.settings);
    WatchDefinition unused;
    finish(reading, key, reading.watch, unused);
}

void read_watches(Reading& reading, const Entry& entry, ServiceDefinition& service) {
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

std::vector<std::string> watch_keys() {
    return names_of(kWatchKeys);
}

std::vector<std::string> watch_default_keys() {
    return names_of(kDefaultKeys);
}

} // namespace hotreload
