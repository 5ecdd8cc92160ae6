// SPDX-License-Identifier: LGPL-2.1-or-later
#include "project/ledger.hpp"

#include <algorithm>
#include <chrono>
#include <ranges>

namespace hotreload::project {

namespace {

constexpr auto kSaveAgain = std::chrono::seconds(5);
constexpr auto kFlushSoon = std::chrono::seconds(1);

// What was handed over, and what is put back in its place.
bool needs(const Candidate& candidate, const ContentId& id) {
    const auto names = [&](const std::map<std::string, ContentId>& files) {
        return std::ranges::contains(std::views::values(files), id);
    };
    return std::ranges::any_of(std::views::values(candidate.files),
                               [&](const Candidate::File& file) {
                                   return file.before == id || file.content == id;
                               }) ||
           std::ranges::any_of(std::views::values(candidate.goals), names,
                               &GenerationRecord::files);
}

template <class Uses, class Contents>
void take_off(Uses& uses, const Contents& contents) {
    for (const auto& id : contents)
        if (const auto use = uses.find(id); --use->second == 0)
            uses.erase(use);
}

} // namespace

Ledger::Ledger(RecordStore& store, Clock& clock, ProjectRecord record)
    : store_(store),
      record_(std::move(record)),
      again_(clock.make_alarm()),
      soon_(clock.make_alarm()) {
    for (const auto& [service, unused] : record_.services) {
        reindex(service);
        count_history(service, history(service));
    }
}

const MemberRecord* Ledger::find(const std::string& service) const {
    const auto found = record_.services.find(service);
    return found == record_.services.end() ? nullptr : &found->second;
}

void Ledger::replace(const std::string& service, MemberRecord record) {
    record_.services[service] = std::move(record);
    reindex(service);
    save(service);
}

void Ledger::forget(const std::string& service) {
    record_.services.erase(service);
    unsaved_histories_.erase(service);
    reindex(service);
    count_history(service, {});
    save(service);
}

std::vector<GenerationRecord> Ledger::history(const std::string& service) const {
    const auto unsaved = unsaved_histories_.find(service);
    return unsaved == unsaved_histories_.end() ? store_.history(record_.name, service)
                                               : unsaved->second;
}

void Ledger::remember(const std::string& service, GenerationRecord generation, std::size_t most) {
    auto generations = history(service);
    generations.insert(generations.begin(), std::move(generation));
    if (generations.size() > most)
        generations.resize(most);
    count_history(service, generations);
    save_history(service, std::move(generations));
}

std::vector<EventRecord> Ledger::events(const std::string& service) const {
    return store_.events(record_.name, service);
}

void Ledger::note(const std::string& service, EventRecord event, std::size_t most) {
    if (closed_)
        return;
    auto noted = events(service);
    noted.insert(noted.begin(), std::move(event));
    noted.resize(std::min(noted.size(), most));
    tell(store_.save_events(record_.name, service, noted));
    flush_soon();
}

bool Ledger::in_use(const ContentId& id) const {
    return uses_.contains(id) ||
           std::ranges::any_of(record_.configs,
                               [&](const auto& each) { return each.second.content == id; }) ||
           std::ranges::any_of(record_.candidates,
                               [&](const auto& each) { return needs(each, id); });
}

void Ledger::reindex(const std::string& service) {
    auto& counted = counted_[service];
    std::vector<ContentId> named;
    const auto* const record = find(service);
    index_.note(service, record);
    if (record)
        for (const auto& [path, id] : record->files)
            named.push_back(id);
    for (const auto& id : named)
        ++uses_[id];
    take_off(uses_, std::exchange(counted, std::move(named)));
}

void Ledger::count_history(const std::string& service,
                           const std::vector<GenerationRecord>& generations) {
    std::set<ContentId> named;
    for (const auto& each : generations)
        for (const auto& [path, id] : each.files)
            named.insert(id);
    for (const auto& id : named)
        ++uses_[id];
    take_off(uses_, std::exchange(counted_histories_[service], std::move(named)));
}

void Ledger::save_project() {
    if (closed_)
        return;
    note_saved("", store_.save(record_));
}

void Ledger::save(const std::string& service) {
    if (closed_)
        return;
    const auto* const record = find(service);
    note_saved(service, record ? store_.save_service(record_.name, service, *record)
                               : store_.remove_service(record_.name, service));
}

void Ledger::save_history(const std::string& service, std::vector<GenerationRecord> generations) {
    if (closed_)
        return;
    const auto saved = store_.save_history(record_.name, service, generations);
    if (saved)
        unsaved_histories_.erase(service);
    else
        unsaved_histories_[service] = std::move(generations);
    tell(saved);
    flush_soon();
}

void Ledger::note_saved(const std::string& what, const Result<>& saved) {
    if (saved)
        unsaved_.erase(what);
    else
        unsaved_.insert(what);
    tell(saved);
    flush_soon();
}

void Ledger::tell(const Result<>& saved) {
    const bool behind = !unsaved_.empty() || !unsaved_histories_.empty() || unflushed_;
    if (behind && !std::exchange(again_due_, true))
        again_->arm(kSaveAgain, [this] { save_again(); });
    auto problem = !saved ? saved.error().message : behind ? problem_ : "";
    if (problem == problem_)
        return;
    problem_ = std::move(problem);
    if (on_problem)
        on_problem();
}

void Ledger::save_again() {
    again_due_ = false;
    again_->disarm();
    for (auto& [service, generations] : std::map(unsaved_histories_))
        save_history(service, generations);
    for (const auto& each : std::set(unsaved_))
        each.empty() ? save_project() : save(each);
    if (std::exchange(unflushed_, false))
        tasks_.spawn(flush());
}

void Ledger::flush_soon() {
    if (!std::exchange(flush_due_, true))
        soon_->arm(kFlushSoon, [this] { tasks_.spawn(flush()); });
}

Task<> Ledger::flush() {
    flush_due_ = false;
    soon_->disarm();
    const auto flushed = co_await store_.flush();
    unflushed_ = !flushed;
    tell(flushed);
}

} // namespace hotreload::project
