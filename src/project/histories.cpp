// SPDX-License-Identifier: LGPL-2.1-or-later
#include "project/histories.hpp"

#include "core/line_diff.hpp"

#include <algorithm>
#include <array>
#include <format>
#include <optional>
#include <utility>

namespace hotreload::project {

namespace {

constexpr std::size_t kFewestEvents = 10; // that are kept, however few generations are

// Results of outcomes that are kept beside what was applied.
constexpr std::array kEvents = {
    std::pair(ReloadResult::Invalid, EventRecord::What::Invalid),
    std::pair(ReloadResult::Failed, EventRecord::What::Failed),
    std::pair(ReloadResult::RolledBack, EventRecord::What::RolledBack),
    std::pair(ReloadResult::NeedsAttention, EventRecord::What::NeedsAttention),
    std::pair(ReloadResult::Stopped, EventRecord::What::Stopped),
};

std::string numbers_of(const std::vector<GenerationRecord>& generations) {
    std::string text;
    for (const auto& each : generations)
        text += std::format("{}{}", text.empty() ? "" : ", ", each.generation);
    return text;
}

// The lines of a key do not tell that they are secret, each by itself.
bool holds_private_key(std::string_view text) {
    return text.contains("PRIVATE KEY-----");
}

} // namespace

Result<GenerationRecord> find_generation(const std::vector<GenerationRecord>& generations,
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

void Histories::remember(const std::string& service, const MemberRecord& applied,
                         std::optional<Trigger> trigger, AskedBy caller) {
    ledger_.remember(service,
                     {.generation = applied.generation,
                      .applied_usec = applied.applied_usec,
                      .strategy = applied.strategy,
                      .definition = applied.definition,
                      .files = applied.files,
                      .trigger = trigger,
                      .caller = caller},
                     file_.definition().keep_generations);
}

void Histories::note(const std::string& service, EventRecord event) {
    ledger_.note(service, std::move(event),
                 std::max<std::size_t>(file_.definition().keep_generations, kFewestEvents));
}

void Histories::note(const Outcome& outcome) {
    for (const auto& each : outcome.services) {
        const auto* const record = ledger_.find(each.service);
        const auto* const event =
            std::ranges::find(kEvents, each.result, [](const auto& known) { return known.first; });
        if (!record || event == kEvents.end())
            continue;
        const auto used = record->last_used;
        note(each.service, {.realtime_usec = clock_.realtime_usec(),
                            .what = event->second,
                            .generation = used > record->generation ? used : 0,
                            .strategy = std::string(to_string(each.action)),
                            .trigger = outcome.trigger,
                            .caller = outcome.caller,
                            .problem = each.problem.value_or(Problem())});
    }
}

void Histories::note_pause(const std::string& service, EventRecord::What what,
                           const std::string& reason, std::optional<Trigger> trigger,
                           AskedBy caller) {
    note(service, {.realtime_usec = clock_.realtime_usec(),
                   .what = what,
                   .strategy = {},
                   .trigger = trigger,
                   .caller = caller,
                   .problem = {"", 0, 0, reason}});
}

std::vector<PastEvent> Histories::events(const std::string& service, std::size_t limit) const {
    std::vector<PastEvent> past;
    for (auto& event : ledger_.events(service))
        if (past.size() < limit)
            past.push_back({ledger_.name() + "/" + service, std::move(event)});
    return past;
}

Task<std::vector<KeptGeneration>> Histories::kept(std::string service, std::size_t limit) {
    std::vector<KeptGeneration> kept;
    std::vector<Task<std::vector<Change>>> changes;
    const auto generations = ledger_.history(service);
    const auto* const record = ledger_.find(service);
    const auto applied = record ? record->generation : 0;
    for (std::size_t i = 0; i < std::min(limit, generations.size()); ++i) {
        const auto& each = generations[i];
        KeptGeneration shown{.service = ledger_.name() + "/" + service,
                             .trigger = each.trigger,
                             .caller = each.caller,
                             .generation = each.generation,
                             .applied_usec = each.applied_usec,
                             .strategy = each.strategy,
                             .applied = applied == each.generation,
                             .changes = {},
                             .files = {}};
        if (i + 1 < generations.size())
            changes.push_back(looks_.changes_between(generations[i + 1], each));
        for (const auto& [path, unused] : each.files)
            shown.files.push_back(path);
        kept.push_back(std::move(shown));
    }
    auto found = co_await when_all(std::move(changes)); // by then, the project may be gone
    for (std::size_t i = 0; i < found.size(); ++i)
        kept[i].changes = std::move(found[i]);
    co_return kept;
}

namespace {

// Adds the lines that differ to changes of files that were not told key by key.
Task<> add_lines(Contents::Shared documents, std::vector<Change>& changes,
                 const GenerationRecord& older, const GenerationRecord& newer) {
    // A content that is not kept is not known: no text at all would look like a file that was
    // empty.
    const auto held = [&documents](const GenerationRecord& generation,
                                   const std::string& path) -> std::optional<std::string> {
        const auto file = generation.files.find(path);
        if (file == generation.files.end())
            return "";
        return file->second.size > kMostCompared ? std::nullopt : documents->content(file->second);
    };
    for (auto& change : changes) {
        if (!is_of_a_file(change) || !change.keys.empty())
            continue;
        auto before = held(older, change.subject), after = held(newer, change.subject);
        if (!before || !after || holds_private_key(*before) || holds_private_key(*after))
            continue;
        change.lines = co_await documents->lines(*std::move(before), *std::move(after));
    }
}

} // namespace

Task<Result<GenerationDifference>> Histories::difference(std::string service, std::uint64_t from,
                                                         std::uint64_t to) {
    const auto generations = ledger_.history(service);
    if (const auto* const record = ledger_.find(service); record && to == 0)
        to = record->generation;
    const auto newer = find_generation(generations, service, to, to);
    if (!newer)
        co_return std::unexpected(newer.error());
    const auto older = find_generation(generations, service, from, newer->generation);
    if (!older)
        co_return std::unexpected(older.error());
    const auto documents = contents_.shared(); // the project may be gone soon
    GenerationDifference difference{.from = older->generation,
                                    .to = newer->generation,
                                    .changes = co_await looks_.changes_between(*older, *newer)};
    co_await add_lines(documents, difference.changes, *older, *newer);
    co_return difference;
}

} // namespace hotreload::project
