// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/documents.hpp"

#include "core/line_diff.hpp"
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

constexpr std::uint64_t kMostNoted = 32 << 20;        // bytes that wait to become copies
constexpr std::uint64_t kSentAtOnce = 1 << 20;        // larger ones when the worker asks for them
constexpr std::uint64_t kReadAtOnce = 1 << 20;        // larger ones beside the loop
constexpr auto kSlice = std::chrono::milliseconds(2); // of the loop's time, for copying

// Not open for what is no regular file of this size any more.
Fd open_whole(const std::string& path, std::uint64_t size) {
    auto opened = os::Opener().open(path);
    if (!opened || !S_ISREG(opened->status.st_mode) ||
        static_cast<std::uint64_t>(opened->status.st_size) != size)
        return {};
    return std::move(opened->fd);
}

// The content, out of the first file that holds it.
std::optional<SharedBytes> read_first(const std::vector<Fd>& files, const ContentId& id) {
    std::string bytes(files.empty() ? 0 : id.size, '\0');
    for (const auto& file : files) {
        std::size_t filled = 0;
        for (ssize_t got = 1; got > 0 && filled < bytes.size();) {
            got = ::read(file.get(), bytes.data() + filled, bytes.size() - filled);
            filled += static_cast<std::size_t>(std::max(got, ssize_t{0}));
        }
        if (filled == bytes.size() && watch::content_id(bytes) == id)
            return SharedBytes(std::move(bytes));
    }
    return std::nullopt;
}

// Where a content may be: its copy, and the file, which may be as it was.
std::vector<Fd> places_of(const KeptContents& kept, const std::string& path, const ContentId& id) {
    std::vector<Fd> places;
    if (auto copy = kept.store.open(kept.project, id))
        places.push_back(std::move(copy));
    if (id.size <= kLargestCopy)
        if (auto file = open_whole(path, id.size))
            places.push_back(std::move(file));
    return places;
}

// What is large is read in the background. nullopt: it is to be had no more.
Task<std::optional<SharedBytes>> read_content(KeptContents kept, std::string path, ContentId id) {
    struct Reading {
        std::vector<Fd> places;
        ContentId id;
        std::optional<SharedBytes> bytes;

        void run() { bytes = read_first(places, id); }
    };
    const auto reading = std::make_shared<Reading>(places_of(kept, path, id), id);
    if (id.size <= kReadAtOnce)
        reading->run();
    else
        co_await kept.background.run([reading] { reading->run(); });
    // A copy that is damaged is one no more: the store finds out.
    if (!reading->bytes && !reading->places.empty())
        (void)kept.store.content(kept.project, id);
    co_return std::move(reading->bytes);
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

ConfigChange::Texts no_texts(std::string why) {
    return {.before = std::move(why), .after = "null", .patch = "[]"};
}

// What `request` does not hold is read now.
Task<ConfigChange::Texts> texts_of(worker::Pool& pool, KeptContents kept, std::string path,
                                   worker::RenderChange request) {
    for (auto* const source : {&request.before, &request.after}) {
        if (!source->bytes)
            source->bytes = co_await read_content(kept, path, source->id);
        if (!source->bytes)
            co_return no_texts("its content is to be had no more");
    }
    auto answer = co_await pool.ask(kept.project, std::move(request));
    if (!answer)
        co_return no_texts(answer.error());
    if (auto* const refused = std::get_if<worker::Refused>(&*answer))
        co_return no_texts(std::move(refused->problem.message));
    auto* const change = std::get_if<worker::RenderedChange>(&*answer);
    if (!change)
        co_return ConfigChange::Texts{};
    co_return ConfigChange::Texts{std::move(change->before), std::move(change->after),
                                  std::move(change->patch)};
}

} // namespace

ExaminedDocuments::ExaminedDocuments(worker::Pool& pool, ContentStore& store,
                                     Background& background, std::string project)
    : pool_(pool), kept_{store, background, std::move(project)} {}

void ExaminedDocuments::note(const std::string& path, const ContentId& id, std::string_view bytes) {
    if (!lease_)
        lease_.emplace(pool_);
    forget_noted(path);
    if (kept(id))
        return;
    noted_.insert_or_assign(path, std::pair(id, SharedBytes(std::string(bytes))));
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

std::optional<SharedBytes> ExaminedDocuments::noted(const std::string& path,
                                                    const ContentId& id) const {
    const auto found = noted_.find(path);
    return found != noted_.end() && found->second.first == id ? std::optional(found->second.second)
                                                              : std::nullopt;
}

Task<std::optional<SharedBytes>> ExaminedDocuments::bytes(std::string path, ContentId id) {
    if (auto here = noted(path, id))
        co_return here;
    co_return co_await read_content(kept_, std::move(path), id);
}

worker::Source ExaminedDocuments::source(const std::string& path, const ContentId& id,
                                         Format format) const {
    return {id, format, id.size <= kSentAtOnce ? noted(path, id) : std::nullopt};
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
        if (each->id.size > kLargestCopy)
            co_return unknown(where, "is too large for a document");
    for (;;) {
        auto answer = co_await pool_.ask(kept_.project, request);
        if (!answer)
            co_return unknown(path, std::move(answer.error()));
        const auto* const missing = std::get_if<worker::Missing>(&*answer);
        if (!missing)
            co_return *std::move(answer);
        bool found = false;
        for (const auto& [each, where] : sources_of(request, path)) {
            if (each->bytes || !std::ranges::contains(missing->ids, each->id))
                continue;
            each->bytes = co_await bytes(where, each->id);
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
    // A copy may be gone when somebody asks. One that is large, and not in memory, is read then all
    // the same: to read it takes long, and to hold it takes much.
    const auto held = [&](const ContentId& id) {
        auto bytes = noted(path, id);
        if (!bytes && id.size <= kReadAtOnce)
            bytes = read_first(places_of(kept_, path, id), id);
        if (bytes)
            change.bytes += bytes->size();
        return worker::Source{id, format, std::move(bytes)};
    };
    change.texts = [&pool = pool_, kept = kept_, path,
                    request = worker::RenderChange{held(before), held(after), secrets_}] {
        return texts_of(pool, kept, path, request);
    };
}

Task<std::vector<std::string>> ExaminedDocuments::lines(std::string before, std::string after) {
    if (std::max(before.size(), after.size()) > kMostCompared)
        co_return std::vector<std::string>();
    auto answer = co_await pool_.ask(kept_.project,
                                     worker::CompareLines{std::move(before), std::move(after)});
    auto* const told = answer ? std::get_if<worker::Lines>(&*answer) : nullptr;
    co_return told ? std::move(told->lines) : std::vector<std::string>();
}

void ExaminedDocuments::keep(const std::string& path, const ContentId& id, unsigned older,
                             const ContentStore::InUse& in_use) {
    if (const auto bytes = noted(path, id)) {
        if (put({path, id, older}, bytes->view(), in_use))
            forget_noted(path);
    } else if (kept(id)) {
        put({path, id, older}, {}, in_use);
    } else if (older > 0 && id.size <= kLargestCopy) {
        queue_.push_back({path, id, older});
    }
}

Task<> ExaminedDocuments::copy_some(const ContentStore::InUse& in_use) {
    const auto end = std::chrono::steady_clock::now() + kSlice;
    while (!queue_.empty() && std::chrono::steady_clock::now() < end) {
        const auto copy = std::move(queue_.front());
        queue_.pop_front();
        const auto content = co_await bytes(copy.path, copy.id);
        if (content) // else it moved on: the next one counts
            put(copy, content->view(), in_use);
    }
    if (queue_.empty())
        flush();
}

bool ExaminedDocuments::put(const Copy& copy, std::string_view bytes,
                            const ContentStore::InUse& in_use) {
    const auto kept =
        kept_.store.keep(kept_.project, copy.path, copy.id, bytes, copy.older, in_use);
    if (!kept) {
        problem_ = kept.error().message;
        unkept_.push_back(copy);
    }
    return kept.has_value();
}

void ExaminedDocuments::flush() {
    if (const auto flushed = kept_.store.flush(kept_.project); !flushed)
        problem_ = flushed.error().message;
    else if (unkept_.empty() && queue_.empty())
        problem_.clear();
}

void ExaminedDocuments::try_again() {
    std::ranges::move(unkept_, std::back_inserter(queue_));
    unkept_.clear();
}

std::vector<std::string> ExaminedDocuments::copies(const std::string& path) const {
    return kept_.store.copies(kept_.project, path);
}

} // namespace hotreload::daemon
