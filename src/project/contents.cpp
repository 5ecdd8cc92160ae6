// SPDX-License-Identifier: LGPL-2.1-or-later
#include "project/contents.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace hotreload::project {

namespace {

constexpr auto kMostChecking = std::chrono::milliseconds(500); // of a service that is refused
constexpr Duration kTryAgain = std::chrono::seconds(5);

std::optional<ContentId> find_id(const std::map<std::string, ContentId>& files,
                                 const std::string& path) {
    const auto found = files.find(path);
    return found == files.end() ? std::nullopt : std::optional(found->second);
}

std::vector<std::string> patterns_of(const WatchDefinition& watch) {
    std::vector<std::string> patterns;
    for (const auto& [pattern, strategy] : watch.keys)
        patterns.push_back(pattern);
    return patterns;
}

} // namespace

Contents::Contents(std::unique_ptr<Documents> documents, ContentStore& store, Ledger& ledger,
                   Clock& clock)
    : documents_(std::move(documents)),
      store_(store),
      ledger_(ledger),
      in_use_([this](const ContentId& id) { return pins_.contains(id) || ledger_.in_use(id); }),
      next_(clock.make_alarm()),
      again_(clock.make_alarm()) {}

Contents::~Contents() = default;

Task<> Contents::compare(Shared documents, MemberView& view, const WatchRules& rules) {
    const auto now = view.files->files;
    const auto applied = view.record ? view.record->files : std::map<std::string, ContentId>();
    const bool any_schema = std::ranges::any_of(
        view.wanted->watches, [](const auto& each) { return !each.schema.empty(); });
    const auto enough = std::chrono::steady_clock::now() + kMostChecking;
    bool refused = false;
    std::size_t room = kRoomForDifferences;
    for (const auto& [path, id] : now) {
        // One problem refuses the service: to find more of them is not worth that all others wait.
        if (refused && std::chrono::steady_clock::now() > enough)
            break;
        const auto old = find_id(applied, path);
        if (old == id && !any_schema)
            continue;
        const auto format = rules.format(path);
        if (format == Format::Bytes)
            continue;
        const auto* const watch = rules.watch(path);
        Documents::Request request{.path = path,
                                   .format = format,
                                   .schema = {},
                                   .applied = old,
                                   .now = id,
                                   .rules = patterns_of(*watch),
                                   .room = room};
        if (!watch->schema.empty() && watch->schema != path)
            request.schema = {watch->schema, find_id(now, watch->schema)};
        const bool schema_changed =
            request.schema && find_id(applied, watch->schema) != request.schema->id;
        if (old == id && !schema_changed)
            continue;
        auto compared = co_await documents->compare(std::move(request));
        refused = refused || !compared.problems.empty();
        for (const auto& difference : compared.differences)
            room -= std::min(room, size_of(difference));
        view.documents.emplace(path, std::move(compared));
    }
}

void Contents::keep(const MemberRecord& record, const MemberRecord* before) {
    const WatchRules rules(record.definition);
    for (const auto& [path, id] : record.files) {
        if (before && find_id(before->files, path) == id)
            continue;
        const auto* const watch = rules.watch(path);
        documents_->keep(path, id, watch ? watch->backup : 0, in_use_);
    }
    documents_->flush();
    copy_on();
}

void Contents::keep_missing(const MemberRecord& record, const WatchRules& rules,
                            const Snapshot& now) {
    for (const auto& [path, id] : record.files) {
        if (find_id(now.files, path) != id || documents_->kept(id))
            continue;
        const auto* const watch = rules.watch(path);
        documents_->keep(path, id, watch ? watch->backup : 0, in_use_);
    }
    documents_->flush();
    copy_on();
}

void Contents::keep(const std::string& path, const ContentId& id, unsigned older) {
    if (ledger_.closed())
        return;
    documents_->keep(path, id, older, in_use_);
    documents_->flush();
    tell();
}

void Contents::lend(const HandedFiles& files) {
    for (const auto& [path, file] : files)
        ++lent_.try_emplace(file.id, Lent{file.bytes}).first->second.times;
}

void Contents::return_lent(const HandedFiles& files) {
    for (const auto& [path, file] : files)
        if (const auto lent = lent_.find(file.id); --lent->second.times == 0)
            lent_.erase(lent);
}

Result<> Contents::hold(const ContentId& id, std::string_view bytes) {
    const auto all = [](const ContentId&) { return true; }; // nothing on record names it yet
    return store_.keep(ledger_.name(), "", id, bytes, 0, all)
        .and_then([&] { return store_.flush(ledger_.name()); })
        .and_then([&]() -> Result<> {
            if (store_.content(ledger_.name(), id))
                return {};
            return fail(ErrorCode::Failed, "its copy cannot be read back");
        });
}

void Contents::pin(const ContentId& id) {
    ++pins_[id];
}

void Contents::unpin(const ContentId& id) {
    if (const auto pin = pins_.find(id); --pin->second == 0)
        pins_.erase(pin);
}

bool Contents::has(const ContentId& id) const {
    return store_.has(ledger_.name(), id);
}

std::function<Result<>()> Contents::sync(const std::set<ContentId>& ids) {
    return store_.sync(ledger_.name(), ids);
}

std::optional<std::string> Contents::content(const ContentId& id) const {
    if (const auto lent = lent_.find(id); lent != lent_.end())
        return std::string(lent->second.bytes.view());
    return store_.content(ledger_.name(), id);
}

void Contents::try_again() {
    if (problem().empty())
        return;
    documents_->try_again();
    documents_->flush();
    copy_on();
}

void Contents::copy_on() {
    tell();
    if (copying_ || !documents_->copies_wait())
        return;
    next_->arm(Duration::zero(), [this] { tasks_.spawn(copy_some()); });
}

Task<> Contents::copy_some() {
    if (ledger_.closed())
        co_return;
    copying_ = true;
    co_await documents_->copy_some(in_use_);
    copying_ = false;
    copy_on();
}

void Contents::tell() {
    if (!problem().empty())
        again_->arm(kTryAgain, [this] { try_again(); });
    if (std::exchange(told_problem_, problem()) != problem() && on_problem)
        on_problem();
}

} // namespace hotreload::project
