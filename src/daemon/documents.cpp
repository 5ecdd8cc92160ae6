// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/documents.hpp"

#include "os/opener.hpp"
#include "watch/content.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <format>
#include <memory>

namespace hotreload::daemon {

namespace {

constexpr std::uint64_t kMostNoted = 32 << 20;  // bytes that wait to become copies
constexpr std::uint64_t kMostCopied = 16 << 20; // larger files have no copies, and are no documents
constexpr std::uint64_t kSentAtOnce = 1 << 20;  // larger ones when the worker asks for them
constexpr auto kSlice = std::chrono::milliseconds(2); // of the loop's time, for copying

// The bytes of the file. nullopt, without waiting: it is no regular file of this size any more.
std::optional<std::string> read_whole(const std::string& path, std::uint64_t size) {
    const auto opened = os::Opener().open(path);
    if (!opened || !S_ISREG(opened->status.st_mode) ||
        static_cast<std::uint64_t>(opened->status.st_size) != size)
        return std::nullopt;
    const auto& file = opened->fd;
    std::string bytes(size, '\0');
    for (std::size_t at = 0; at < bytes.size();) {
        const auto got = ::read(file.get(), bytes.data() + at, bytes.size() - at);
        if (got <= 0)
            return std::nullopt;
        at += static_cast<std::size_t>(got);
    }
    return bytes;
}

struct Wanted {
    worker::Source* source;
    std::string path; // where its content may be
};

std::vector<Wanted> sources_of(worker::Request& request, const std::string& path) {
    std::vector<Wanted> sources;
    if (auto* const compare = std::get_if<worker::Compare>(&request)) {
        sources.push_back({&compare->now, path});
        if (compare->applied)
            sources.push_back({&*compare->applied, path});
        if (compare->schema)
            sources.push_back({&compare->schema->source, compare->schema->path});
    } else if (auto* const render = std::get_if<worker::Render>(&request)) {
        sources.push_back({&render->document, path});
    }
    return sources;
}

Task<ConfigChange::Texts> texts_of(worker::Pool& pool, std::string project,
                                   std::shared_ptr<const worker::RenderChange> request) {
    auto answer = co_await pool.ask(std::move(project), *request);
    if (!answer)
        co_return ConfigChange::Texts{.before = answer.error(), .after = {}, .patch = {}};
    if (auto* const refused = std::get_if<worker::Refused>(&*answer))
        co_return ConfigChange::Texts{
            .before = std::move(refused->problem.message), .after = {}, .patch = {}};
    auto* const change = std::get_if<worker::RenderedChange>(&*answer);
    if (!change)
        co_return ConfigChange::Texts{};
    co_return ConfigChange::Texts{std::move(change->before), std::move(change->after),
                                  std::move(change->patch)};
}

} // namespace

ExaminedDocuments::ExaminedDocuments(worker::Pool& pool, ContentStore& store, std::string project)
    : pool_(pool), store_(store), project_(std::move(project)) {}

void ExaminedDocuments::note(const std::string& path, const ContentId& id, std::string_view bytes) {
    if (!lease_)
        lease_.emplace(pool_);
    forget_noted(path);
    if (store_.has(project_, id))
        return;
    noted_[path] = {id, std::string(bytes)};
    noted_order_.push_back(path);
    noted_bytes_ += bytes.size();
    while (noted_bytes_ > kMostNoted && noted_order_.size() > 1)
        forget_noted(std::string(noted_order_.front()));
}

void ExaminedDocuments::forget_noted(const std::string& path) {
    const auto noted = noted_.find(path);
    if (noted == noted_.end())
        return;
    noted_bytes_ -= noted->second.second.size();
    noted_.erase(noted);
    std::erase(noted_order_, path);
}

std::optional<std::string> ExaminedDocuments::bytes(const std::string& path, const ContentId& id) {
    if (const auto noted = noted_.find(path); noted != noted_.end() && noted->second.first == id)
        return noted->second.second;
    auto bytes = store_.content(project_, id);
    if (!bytes && id.size <= kMostCopied)
        bytes = read_whole(path, id.size); // it may be there as it was
    if (bytes && watch::content_id(*bytes) != id)
        return std::nullopt;
    return bytes;
}

worker::Source ExaminedDocuments::source(const std::string& path, const ContentId& id,
                                         Format format) const {
    worker::Source source{id, format, std::nullopt};
    if (const auto noted = noted_.find(path);
        noted != noted_.end() && noted->second.first == id && id.size <= kSentAtOnce)
        source.bytes = noted->second.second;
    return source;
}

Task<DocumentState> ExaminedDocuments::compare(Request request) {
    worker::Compare question{.now = source(request.path, request.now, request.format),
                             .applied = {},
                             .schema = {},
                             .secrets = secrets_,
                             .rules = std::move(request.rules),
                             .room = request.room};
    if (request.applied)
        question.applied = worker::Source{*request.applied, request.format, std::nullopt};
    const auto& schema = request.schema;
    if (schema && schema->id)
        question.schema = {schema->path,
                           source(schema->path, *schema->id, format_of(schema->path))};
    auto answer = co_await ask(std::move(question), request.path);
    auto* const told = answer ? std::get_if<DocumentState>(&*answer) : nullptr;
    if (!told)
        co_return DocumentState{.problems = {problem_of(std::move(answer), request.path)}};
    for (auto& problem : told->problems)
        if (problem.path.empty())
            problem.path = request.path;
    if (schema && !schema->id && told->problems.empty())
        told->problems.push_back(
            Problem{schema->path, 0, 0, "the schema is missing or cannot be read"}.for_everybody());
    co_return std::move(*told);
}

Task<std::expected<std::string, Problem>> ExaminedDocuments::json(std::string path, ContentId id,
                                                                  Format format) {
    auto answer = co_await ask(worker::Render{source(path, id, format)}, path);
    if (auto* const told = answer ? std::get_if<worker::Rendered>(&*answer) : nullptr)
        co_return std::move(told->json);
    co_return std::unexpected(problem_of(std::move(answer), path));
}

// Why there is no such answer as was asked for.
Problem ExaminedDocuments::problem_of(Answer answer, const std::string& path) {
    if (!answer)
        return std::move(answer.error());
    auto* const refused = std::get_if<worker::Refused>(&*answer);
    auto problem = refused ? std::move(refused->problem)
                           : Problem{.message = "cannot be read: hotreload-worker is confused"};
    if (problem.path.empty())
        problem.path = path;
    return problem;
}

// Gives the worker what it does not have. A document that was applied and is to be had no more is
// one that nothing is known of.
Task<ExaminedDocuments::Answer> ExaminedDocuments::ask(worker::Request request, std::string path) {
    const auto unknown = [](std::string where, std::string message) {
        return std::unexpected(
            Problem{.path = std::move(where), .message = std::move(message)}.for_everybody());
    };
    for (const auto& [each, where] : sources_of(request, path))
        if (each->id.size > kMostCopied)
            co_return unknown(where, "is too large for a document");
    for (;;) {
        auto answer = co_await pool_.ask(project_, request);
        if (!answer)
            co_return unknown(path, std::move(answer.error()));
        const auto* const missing = std::get_if<worker::Missing>(&*answer);
        if (!missing)
            co_return *std::move(answer);
        bool found = false;
        for (const auto& [each, where] : sources_of(request, path)) {
            if (each->bytes || !std::ranges::contains(missing->ids, each->id))
                continue;
            each->bytes = bytes(where, each->id);
            found = true;
            auto* const compare = std::get_if<worker::Compare>(&request);
            if (!each->bytes && compare && compare->applied && each == &*compare->applied)
                compare->applied.reset();
            else if (!each->bytes)
                co_return unknown(where, "its content is to be had no more");
        }
        if (!found)
            co_return worker::Reply(std::move(*answer)); // it has all that there is
    }
}

void ExaminedDocuments::add_texts(ConfigChange& change, const std::string& path,
                                  const ContentId& before, const ContentId& after, Format format) {
    auto old = bytes(path, before), now = bytes(path, after);
    if (!old || !now) {
        change.texts = [] {
            return finished(ConfigChange::Texts{
                .before = "its content is to be had no more", .after = {}, .patch = {}});
        };
        return;
    }
    change.bytes = old->size() + now->size();
    const auto request = std::make_shared<const worker::RenderChange>(worker::RenderChange{
        {before, format, std::move(old)}, {after, format, std::move(now)}, secrets_});
    change.texts = [&pool = pool_, project = project_, request] {
        return texts_of(pool, project, request);
    };
}

Task<std::vector<std::string>> ExaminedDocuments::lines(std::string before, std::string after) {
    if (std::max(before.size(), after.size()) > kMostCopied)
        co_return std::vector<std::string>();
    auto answer =
        co_await pool_.ask(project_, worker::CompareLines{std::move(before), std::move(after)});
    auto* const told = answer ? std::get_if<worker::Lines>(&*answer) : nullptr;
    co_return told ? std::move(told->lines) : std::vector<std::string>();
}

void ExaminedDocuments::keep(const std::string& path, const ContentId& id, unsigned older,
                             const ContentStore::InUse& in_use) {
    const auto noted = noted_.find(path);
    if (noted != noted_.end() && noted->second.first == id) {
        if (put({path, id, older}, noted->second.second, in_use))
            forget_noted(path);
    } else if (store_.has(project_, id)) {
        put({path, id, older}, {}, in_use);
    } else if (older > 0 && id.size <= kMostCopied) {
        queue_.push_back({path, id, older});
    }
}

void ExaminedDocuments::copy_some(const ContentStore::InUse& in_use) {
    const auto end = std::chrono::steady_clock::now() + kSlice;
    while (!queue_.empty() && std::chrono::steady_clock::now() < end) {
        const auto copy = std::move(queue_.front());
        queue_.pop_front();
        if (const auto content = bytes(copy.path, copy.id)) // else it moved on: the next one counts
            put(copy, *content, in_use);
    }
    if (queue_.empty())
        flush();
}

bool ExaminedDocuments::put(const Copy& copy, std::string_view bytes,
                            const ContentStore::InUse& in_use) {
    const auto kept = store_.keep(project_, copy.path, copy.id, bytes, copy.older, in_use);
    if (!kept) {
        problem_ = kept.error().message;
        unkept_.push_back(copy);
    }
    return kept.has_value();
}

void ExaminedDocuments::flush() {
    if (const auto flushed = store_.flush(project_); !flushed)
        problem_ = flushed.error().message;
    else if (unkept_.empty() && queue_.empty())
        problem_.clear();
}

void ExaminedDocuments::try_again() {
    std::ranges::move(unkept_, std::back_inserter(queue_));
    unkept_.clear();
}

std::vector<std::string> ExaminedDocuments::copies(const std::string& path) const {
    return store_.copies(project_, path);
}

} // namespace hotreload::daemon
