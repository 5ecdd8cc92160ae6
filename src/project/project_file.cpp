// SPDX-License-Identifier: LGPL-2.1-or-later
#include "project/project_file.hpp"

#include "core/glob.hpp"
#include "core/project_directories.hpp"

#include <format>

namespace hotreload::project {

ProjectFile::ProjectFile(Files& files, ProjectReader& reader, const Kinds& kinds,
                         const Ledger& ledger)
    : files_(files), reader_(reader), kinds_(kinds), ledger_(ledger) {
    const auto& record = ledger.record();
    definition_.name = record.name;
    definition_.path = record.path;
    for (const auto& [name, service] : record.services)
        if (service.generation > 0)
            definition_.services[name] = service.definition;
    for (const auto& [name, config] : record.configs)
        definition_.configs[name] = config.definition;
    stamp_ = files.stamp(record.path);
}

const MemberDefinition* ProjectFile::wanted(const std::string& service) const {
    const auto found = definition_.services.find(service);
    return found == definition_.services.end() ? nullptr : &*found->second;
}

const Kind& ProjectFile::kind_of(const std::string& service) const {
    if (const auto* const definition = wanted(service))
        return kinds_.of(*definition);
    const auto* const record = ledger_.find(service);
    return record ? kinds_.of(record->definition) : *kinds_.all().front();
}

std::string ProjectFile::key_of(const std::string& service) const {
    return std::format("{}.{}", kind_of(service).table(), service);
}

ProjectFile::Reading ProjectFile::read() {
    const auto& path = ledger_.record().path;
    stamp_ = files_.stamp(path);
    // The sources stay those that were read last where nothing was read (a syntax error).
    auto known = load(&sources_, &earlier_);
    if (!known)
        return {.result = Read::Waiting, .before = {}};
    auto& loaded = *known;
    missing_ = !loaded && !path.empty() && !files_.exists(path);
    if (!loaded) {
        if (missing_)
            for (auto& problem : loaded.error())
                problem.message += std::format(
                    "; what runs goes on: when it is gone for good, run: hotreloadctl down {}",
                    ledger_.name());
        if (problems_ == loaded.error())
            return {};
        problems_ = std::move(loaded.error());
        return {.result = Read::RefusedAnew, .before = {}};
    }
    const bool was_valid = std::exchange(problems_, {}).empty();
    if (std::exchange(in_force_, true) && was_valid && *loaded == definition_) {
        definition_.source_map = std::move(loaded->source_map);
        return {.result = Read::Same, .before = {}};
    }
    return {.result = Read::Accepted, .before = std::exchange(definition_, *std::move(loaded))};
}

// A source that is new is watched only now: it may have changed since it was read.
std::vector<ProjectFile::Reading> ProjectFile::read_and_watch(Files::OnSettled on_settled) {
    std::vector<Reading> readings;
    readings.push_back(read());
    constexpr int enough = 3;
    for (int i = 0; i < enough && watch(on_settled); ++i)
        readings.push_back(read());
    return readings;
}

// The definition that may be in force of the file as it is on disk.
std::optional<Checked<ProjectDefinition>>
ProjectFile::load(std::vector<std::string>* sources,
                  std::unique_ptr<EarlierReading>* earlier) const {
    const auto& record = ledger_.record();
    const auto refuse = [](Problem problem) {
        return std::unexpected(std::vector{std::move(problem).for_everybody()});
    };
    if (record.path.empty())
        return refuse({"", 0, 0,
                       "the record of where its project file is was lost: \"hotreloadctl up DIR\" "
                       "tells it anew"});
    auto known = reader_.read(record.path, sources, earlier);
    if (!known || !*known)
        return known;
    auto& loaded = *known;
    if (loaded->name != record.name)
        return refuse(loaded->problem_at(
            "project.name",
            std::format("the project runs as \"{0}\": run \"hotreloadctl down {0}\" before it gets "
                        "another name",
                        record.name)));
    if (loaded->services.empty() && !record.services.empty())
        return refuse({record.path, 0, 0,
                       std::format("all of its services are gone from it at once, and they run on: "
                                   "\"hotreloadctl down {}\" takes a project down",
                                   record.name)});
    return known;
}

// True when what is watched is not what was watched before.
bool ProjectFile::watch(const Files::OnSettled& on_settled) {
    auto sources = sources_;
    const auto& file = ledger_.record().path;
    if (!file.empty())
        sources.push_back(file);
    for (auto& path : sources)
        path = escape_glob(path);
    for (const auto& directory : drop_in_directories(file)) // for those that come
        sources.push_back(escape_glob(directory) + "/*.toml");
    const auto debounce = std::pair(definition_.debounce, definition_.debounce_max);
    if (watched_ && sources == watched_sources_ && debounce == watched_debounce_)
        return false;
    watched_sources_ = sources;
    watched_debounce_ = debounce;
    WatchDefinition watch{.files = std::move(sources)};
    watch.debounce = definition_.debounce;
    watch.debounce_max = definition_.debounce_max;
    auto watched = files_.watch({std::move(watch)}, on_settled, {});
    if (!watched)
        return false;
    watched_ = std::move(*watched);
    (void)watched_->look(Rescan::All);
    return true;
}

void ProjectFile::watch_alone(Files::OnSettled on_settled) {
    auto watched = files_.watch({WatchDefinition{.files = {escape_glob(ledger_.record().path)}}},
                                std::move(on_settled), {});
    if (!watched)
        return;
    watched_ = std::move(*watched);
    watched_sources_.clear();
    in_force_ = false;
    (void)watched_->look(Rescan::All);
}

void ProjectFile::seen() {
    if (watched_)
        (void)watched_->look(Rescan::Dirty);
}

void ProjectFile::unwatch() {
    watched_.reset();
    watched_sources_.clear();
}

} // namespace hotreload::project
