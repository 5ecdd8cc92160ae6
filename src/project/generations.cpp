// SPDX-License-Identifier: LGPL-2.1-or-later
// Applied states that are kept: how they are recorded, compared and gone back to.
#include "core/line_diff.hpp"
#include "core/watch_rules.hpp"
#include "project/project.hpp"

#include <algorithm>
#include <array>
#include <format>
#include <iterator>
#include <utility>

namespace hotreload::project {

namespace {

std::set<ContentId> contents_of(const std::vector<GenerationRecord>& generations) {
    std::set<ContentId> contents;
    for (const auto& each : generations)
        for (const auto& [path, id] : each.files)
            contents.insert(id);
    return contents;
}

std::string numbers_of(const std::vector<GenerationRecord>& generations) {
    std::string text;
    for (const auto& each : generations)
        text += std::format("{}{}", text.empty() ? "" : ", ", each.generation);
    return text;
}

constexpr std::size_t kFewestEvents = 10; // that are kept, however few generations are

// What of outcomes is kept beside what was applied.
constexpr std::array<std::string_view, 5> kEvents = {"invalid", "failed", "rolled-back",
                                                     "needs-attention", "stopped"};

// The lines of a key do not tell that they are secret, each by itself.
bool holds_private_key(std::string_view text) {
    return text.contains("PRIVATE KEY-----");
}

// The one of that number; for 0 the newest before `before`.
Result<GenerationRecord> find_in(const std::vector<GenerationRecord>& generations,
                                 const std::string& service, std::uint64_t number,
                                 std::uint64_t before) {
    const auto found = std::ranges::find_if(generations, [&](const auto& each) {
        return number == 0 ? each.generation < before : each.generation == number;
    });
    if (found != generations.end())
        return *found;
    if (number == 0)
        return fail(ErrorCode::NotFound,
                    before == 0 ? std::format("nothing of {} was applied yet", service)
                                : std::format("{} has no generation before {}", service, before));
    return fail(ErrorCode::NotFound,
                std::format("{} has no generation {}; there are: {}", service, number,
                            generations.empty() ? "none" : numbers_of(generations)));
}

} // namespace

void Project::load_history_contents() {
    for (const auto& [name, unused] : record_.services)
        history_contents_[name] = contents_of(history(name));
}

std::vector<GenerationRecord> Project::history(const std::string& service) const {
    const auto unsaved = unsaved_histories_.find(service);
    return unsaved == unsaved_histories_.end() ? around_.store.history(record_.name, service)
                                               : unsaved->second;
}

void Project::remember(const std::string& service, const ServiceRecord& record) {
    auto generations = history(service);
    const auto slot = slots_.find(service);
    const auto trigger = slot == slots_.end() ? "" : slot->second.trigger;
    const auto caller = slot == slots_.end() ? CallerUid() : slot->second.caller;
    generations.insert(generations.begin(), {.generation = record.generation,
                                             .applied_usec = record.applied_usec,
                                             .strategy = record.strategy,
                                             .definition = record.definition,
                                             .files = record.files,
                                             .trigger = trigger,
                                             .caller = caller});
    if (generations.size() > definition_.keep_generations)
        generations.resize(definition_.keep_generations);
    history_contents_[service] = contents_of(generations);
    save_history(service, std::move(generations));
}

void Project::note_event(const std::string& service, EventRecord event) {
    auto events = around_.store.events(record_.name, service);
    events.insert(events.begin(), std::move(event));
    events.resize(std::min(events.size(),
                           std::max<std::size_t>(definition_.keep_generations, kFewestEvents)));
    tell_saved(around_.store.save_events(record_.name, service, events));
}

// Attempts that came to nothing, and what somebody stopped.
void Project::note_events(const Outcome& outcome) {
    for (const auto& each : outcome.services) {
        const auto record = record_.services.find(each.service);
        if (record == record_.services.end() || !std::ranges::contains(kEvents, each.result))
            continue;
        const auto used = record->second.last_used;
        note_event(each.service, {.realtime_usec = realtime_usec(),
                                  .what = each.result,
                                  .generation = used > record->second.generation ? used : 0,
                                  .strategy = std::string(to_string(each.action)),
                                  .trigger = outcome.trigger,
                                  .caller = outcome.caller,
                                  .problem = each.problem.value_or(Problem())});
    }
}

std::vector<PastEvent> Project::past_events(const std::string& service, std::size_t limit) const {
    std::vector<PastEvent> past;
    for (auto& event : around_.store.events(record_.name, service))
        if (past.size() < limit)
            past.push_back({record_.name + "/" + service, std::move(event)});
    return past;
}

Result<GenerationRecord> Project::find_generation(const std::string& service,
                                                  std::uint64_t generation) const {
    const auto record = record_.services.find(service);
    return find_in(history(service), service, generation,
                   record == record_.services.end() ? 0 : record->second.generation);
}

// One that is named, or for a whole project at least one service that can go back.
Result<> Project::can_roll_back(const std::optional<std::string>& service,
                                const Request::Rollback& rollback) const {
    if (!service && rollback.generation != 0)
        return fail(ErrorCode::Invalid, "generations are numbered for each service: name one, as "
                                        "PROJECT/SERVICE");
    for (const auto& [name, unused] : record_.services) {
        if (service && name != *service)
            continue;
        auto found = find_generation(name, rollback.generation);
        if (!found && service)
            return std::unexpected(std::move(found.error()));
        if (found)
            return {};
    }
    return fail(ErrorCode::NotFound, std::format("{} has no generation before the applied one",
                                                 service.value_or(record_.name)));
}

Result<Project::Goals> Project::find_goals(const Request& request) const {
    Goals goals;
    for (const auto& [name, unused] : record_.services) {
        if (request.service && name != *request.service)
            continue;
        auto found = find_generation(name, request.rollback->generation);
        if (found)
            goals.emplace(name, *std::move(found));
        else if (request.rollback->generation != 0)
            return std::unexpected(std::move(found.error()));
    }
    return goals;
}

// What can be found wrong is found before the first file is written, of all services.
Result<> Project::prepare_rollback(Request& request) {
    if (request.rollback->goals)
        return {};
    auto goals = find_goals(request);
    if (!goals)
        return std::unexpected(std::move(goals.error()));
    if (!request.rollback->restore_files) {
        const bool any_change = std::ranges::any_of(*goals, [&](const auto& each) {
            const auto& [name, goal] = each;
            const auto* const by_file = wanted(name);
            return record_.services.at(name).definition != goal.definition || !by_file ||
                   *by_file != goal.definition;
        });
        if (!any_change && !goals->empty())
            return fail(ErrorCode::Invalid,
                        std::format("generation {} differs only in files, which are left as they "
                                    "are: --restore-files writes them back, too",
                                    goals->begin()->second.generation));
        request.rollback->goals = *std::move(goals);
        return {};
    }
    auto restored = plan_restoration(*goals).and_then(
        [](std::unique_ptr<Restoration> restoration) { return restoration->carry_out(); });
    if (!restored)
        return std::unexpected(std::move(restored.error()));
    request.files = *std::move(restored);
    request.rollback->goals = *std::move(goals);
    return {};
}

Result<std::unique_ptr<Restoration>> Project::plan_restoration(const Goals& goals) {
    auto restoration = around_.make_restoration(record_.name);
    for (const auto& [service, goal] : goals)
        if (auto planned = plan_restoration(service, goal, *restoration); !planned)
            return std::unexpected(std::move(planned.error()));
    return restoration;
}

Result<> Project::plan_restoration(const std::string& service, const GenerationRecord& goal,
                                   Restoration& restoration) {
    const auto once = read_once(std::make_shared<const ServiceRules>(goal.definition));
    if (!once)
        return std::unexpected(once.error());
    const auto& now = *once;
    for (const auto& [path, id] : goal.files) {
        if (const auto live = now.files.find(path); live != now.files.end() && live->second == id) {
            if (auto can = restoration.keep(path); !can)
                return can;
            continue;
        }
        auto bytes = content(id);
        if (!bytes)
            return fail(ErrorCode::NotFound,
                        std::format("there is no whole copy of what {} held in generation {} of "
                                    "{}: no file was written",
                                    path, goal.generation, service));
        if (auto can = restoration.write(path, *std::move(bytes)); !can)
            return can;
    }
    for (const auto& [path, unused] : now.files)
        if (!goal.files.contains(path) && !std::ranges::contains(now.writing, path) &&
            is_new_since(service, goal, path))
            restoration.take_away(path);
    return {};
}

// Not what the project itself is made of; nor what no generation knows, and nobody has touched
// since: it was there, and was not whole, or not to be read.
bool Project::is_new_since(const std::string& service, const GenerationRecord& goal,
                           const std::string& path) const {
    if (path == record_.path || std::ranges::contains(read_sources_, path))
        return false;
    const bool came_later = std::ranges::any_of(history(service), [&](const auto& each) {
        return each.generation > goal.generation && each.files.contains(path);
    });
    const auto changed = around_.files.changed_usec(path);
    return came_later || (changed && *changed >= goal.applied_usec);
}

// The view's wanted state becomes the one of the generation; what the project file says instead is
// held back until it changes.
Result<> Project::aim_back(const std::string& service, const GenerationRecord& found,
                           ServiceView& view) {
    const auto& goal = found.definition;
    const auto rules = std::make_shared<const ServiceRules>(goal);
    auto once = read_once(rules);
    if (!once)
        return std::unexpected(once.error());
    view.files = *std::move(once);
    view.documents.clear();
    const auto wanted_by_file = std::exchange(view.wanted, goal);
    compare_documents(view, rules->rules);
    if (wanted_by_file && *wanted_by_file != goal)
        view.held = Refusal{
            .definition = *wanted_by_file,
            .files = view.files->files,
            .result = "rolled-back",
            .problem = problem_at("services." + service,
                                  std::format("rolled back to generation {} by request: what the "
                                              "project file says waits until it changes, or for "
                                              "\"hotreloadctl reload {}/{}\"",
                                              found.generation, record_.name, service))
                           .for_everybody()};
    return {};
}

std::vector<KeptGeneration> Project::kept_generations(const std::string& service,
                                                      std::size_t limit) {
    std::vector<KeptGeneration> kept;
    const auto generations = history(service);
    const auto record = record_.services.find(service);
    for (std::size_t i = 0; i < std::min(limit, generations.size()); ++i) {
        const auto& each = generations[i];
        KeptGeneration shown{.service = record_.name + "/" + service,
                             .trigger = each.trigger,
                             .caller = each.caller,
                             .generation = each.generation,
                             .applied_usec = each.applied_usec,
                             .strategy = each.strategy,
                             .applied = record != record_.services.end() &&
                                        record->second.generation == each.generation,
                             .changes = {},
                             .files = {}};
        if (i + 1 < generations.size())
            shown.changes = changes_between(generations[i + 1], each);
        for (const auto& [path, unused] : each.files)
            shown.files.push_back(path);
        kept.push_back(std::move(shown));
    }
    return kept;
}

std::vector<Change> Project::changes_between(const GenerationRecord& older,
                                             const GenerationRecord& newer) {
    auto changes = diff_definitions(older.definition, newer.definition);
    const ServiceRules rules(newer.definition);
    ServiceView view{
        .wanted = newer.definition,
        .files = Snapshot{.files = newer.files, .missing = {}, .writing = {}, .unreadable = {}},
        .record = ServiceRecord{.definition = older.definition, .files = older.files}};
    compare_documents(view, rules.rules);
    if (newer.definition.attached())
        view.unit = around_.units.state(newer.definition.unit);
    std::ranges::move(
        diff_files(*view.record, newer.definition, *view.files, view.documents, view.unit),
        std::back_inserter(changes));
    return changes;
}

// Of files that were not told key by key.
void Project::add_lines(std::vector<Change>& changes, const GenerationRecord& older,
                        const GenerationRecord& newer) const {
    // What is not kept is not known: no text at all would look like a file that was empty.
    const auto held = [this](const GenerationRecord& generation,
                             const std::string& path) -> std::optional<std::string> {
        const auto file = generation.files.find(path);
        return file == generation.files.end() ? "" : content(file->second);
    };
    for (auto& change : changes) {
        if (change.kind == "definition" || change.kind == "rewritten" || !change.keys.empty())
            continue;
        const auto before = held(older, change.subject), after = held(newer, change.subject);
        if (!before || !after || holds_private_key(*before) || holds_private_key(*after))
            continue;
        change.lines = unified_diff(*before, *after).value_or(std::vector<std::string>());
        for (auto& line : change.lines)
            line = masked_line(line);
    }
}

Result<GenerationDifference> Project::difference(const std::string& service, std::uint64_t from,
                                                 std::uint64_t to) {
    const auto generations = history(service);
    const auto record = record_.services.find(service);
    if (to == 0 && record != record_.services.end())
        to = record->second.generation;
    const auto newer = find_in(generations, service, to, to);
    if (!newer)
        return std::unexpected(newer.error());
    const auto older = find_in(generations, service, from, newer->generation);
    if (!older)
        return std::unexpected(older.error());
    GenerationDifference difference{.from = older->generation,
                                    .to = newer->generation,
                                    .changes = changes_between(*older, *newer)};
    add_lines(difference.changes, *older, *newer);
    return difference;
}

} // namespace hotreload::project
