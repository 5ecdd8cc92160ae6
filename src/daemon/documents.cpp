// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/documents.hpp"

#include "base/fault.hpp"
#include "core/patch.hpp"
#include "document/json.hpp"
#include "document/parse.hpp"
#include "os/opener.hpp"
#include "state/content_name.hpp"
#include "watch/content.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <format>

namespace hotreload::daemon {

namespace {

constexpr std::uint64_t kMostParsed = 8 << 20;  // bytes of files whose trees are held
constexpr std::size_t kMostShown = 1024;        // of a value's JSON, in plans and reports
constexpr std::uint64_t kMostNoted = 32 << 20;  // bytes that wait to become copies
constexpr std::uint64_t kMostCopied = 16 << 20; // larger files have no copies
// What has taken long once is not done again at each look at what it said.
constexpr auto kSlowCheck = std::chrono::milliseconds(20);
constexpr std::size_t kMostSlowChecks = 256;
constexpr auto kSlice = std::chrono::milliseconds(2); // of the loop's time, for copying

std::string shown(std::string text) {
    if (text.size() > kMostShown)
        text = std::format("\"… ({} bytes)\"", text.size());
    return text;
}

KeyDifference describe(PatchOperation operation, const Secrets& secrets) {
    auto leaves = touched_leaves(operation);
    auto masked = secrets.masked({std::move(operation)});
    auto& only = masked.front();
    auto sides = sides_of(only);
    return {.operation = std::string(to_string(only.kind)),
            .path = std::move(only.path),
            .before = shown(std::move(sides.before)),
            .after = shown(std::move(sides.after)),
            .leaves = std::move(leaves)};
}

// Nothing, and no waiting, for what is no regular file of this size any more.
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

} // namespace

ParsedDocuments::ParsedDocuments(ContentStore& store, Deaths& deaths, std::string project)
    : store_(store), deaths_(deaths), project_(std::move(project)) {}

void ParsedDocuments::set_secrets(const std::vector<std::string>& patterns) {
    std::vector<KeyPattern> parsed;
    for (const auto& pattern : patterns)
        if (auto good = KeyPattern::parse(pattern))
            parsed.push_back(*std::move(good));
    secrets_ = Secrets(std::move(parsed));
}

void ParsedDocuments::note(const std::string& path, const ContentId& id, std::string_view bytes) {
    forget_noted(path);
    if (store_.has(project_, id))
        return;
    noted_[path] = {id, std::string(bytes)};
    noted_order_.push_back(path);
    noted_bytes_ += bytes.size();
    while (noted_bytes_ > kMostNoted && noted_order_.size() > 1)
        forget_noted(std::string(noted_order_.front()));
}

void ParsedDocuments::forget_noted(const std::string& path) {
    const auto noted = noted_.find(path);
    if (noted == noted_.end())
        return;
    noted_bytes_ -= noted->second.second.size();
    noted_.erase(noted);
    std::erase(noted_order_, path);
}

std::optional<std::string> ParsedDocuments::bytes(const std::string& path, const ContentId& id) {
    if (const auto noted = noted_.find(path); noted != noted_.end() && noted->second.first == id)
        return noted->second.second;
    auto bytes = store_.content(project_, id);
    if (!bytes && id.size <= kMostCopied)
        bytes = read_whole(path, id.size); // it may be there as it was
    if (bytes && watch::content_id(*bytes) != id)
        return std::nullopt;
    return bytes;
}

ParsedDocuments::Parsed ParsedDocuments::value(const std::string& path, const ContentId& id,
                                               Format format) {
    const Key key{id, format};
    auto parsed = [&]() -> Parsed {
        if (const auto known = parsed_.find(key); known != parsed_.end())
            return known->second;
        return parse(path, id, format);
    }();
    if (!parsed)
        parsed.error().path = path;
    return parsed;
}

// What says something of the content is remembered; that it is not to be had, or is not looked at,
// may be another answer the next time.
ParsedDocuments::Parsed ParsedDocuments::parse(const std::string& path, const ContentId& id,
                                               Format format) {
    const Work reading{project_, path,
                       std::format("{} as {}", state::content_name(id), to_string(format))};
    if (auto problem = set_aside(reading))
        return std::unexpected(*std::move(problem));
    const auto content = bytes(path, id);
    if (!content)
        return std::unexpected(Problem{.message = id.size > kMostCopied
                                                      ? "is too large for a document"
                                                      : "its content is to be had no more"}
                                   .for_everybody());
    const Deaths::Scope at_it(deaths_, reading);
    fault::point("parse");
    auto tree = parse_document(format, *content);
    Parsed parsed;
    if (tree) {
        parsed = std::make_shared<const Value>(*std::move(tree));
    } else {
        tree.error().message +=
            std::format("; if the file is no {}, say what it is with format =", to_string(format));
        parsed = std::unexpected(std::move(tree.error()));
    }
    remember({id, format}, parsed);
    return parsed;
}

std::optional<Problem> ParsedDocuments::set_aside(const Work& work) const {
    if (!deaths_.set_aside(work))
        return std::nullopt;
    return Problem{
        .path = work.path,
        .message = std::format("reading it has ended hotreloadd twice: it is left alone until it "
                               "changes, or for \"hotreloadctl reload {}\"",
                               project_)}
        .for_everybody();
}

void ParsedDocuments::remember(const Key& key, const Parsed& parsed) {
    if (!parsed_.try_emplace(key, parsed).second)
        return;
    parsed_order_.push_back(key);
    parsed_bytes_ += key.first.size;
    while (parsed_bytes_ > kMostParsed && parsed_order_.size() > 1) {
        parsed_bytes_ -= parsed_order_.front().first.size;
        parsed_.erase(parsed_order_.front());
        parsed_order_.pop_front();
    }
}

std::expected<const hotreload::Schema*, Problem> ParsedDocuments::compiled(const Schema& schema) {
    if (!schema.id)
        return std::unexpected(
            Problem{schema.path, 0, 0, "the schema is missing or cannot be read"}.for_everybody());
    if (compiled_ && compiled_->first == *schema.id)
        return &compiled_->second;
    const auto format = format_of(schema.path);
    const auto tree =
        value(schema.path, *schema.id, format == Format::Bytes ? Format::Json : format);
    if (!tree)
        return std::unexpected(tree.error());
    const Work compiling{project_, schema.path, state::content_name(*schema.id) + " as a schema"};
    if (auto problem = set_aside(compiling))
        return std::unexpected(*std::move(problem));
    const Deaths::Scope at_it(deaths_, compiling);
    auto fresh = hotreload::Schema::compile(**tree, schema.path);
    if (!fresh) {
        fresh.error().path = schema.path;
        return std::unexpected(std::move(fresh.error()));
    }
    compiled_.emplace(*schema.id, *std::move(fresh));
    return &compiled_->second;
}

std::vector<Problem> ParsedDocuments::check(const Value& document, const Request& request) {
    const auto rules = compiled(*request.schema);
    if (!rules)
        return {rules.error()};
    const Work checking{project_, request.path,
                        std::format("{} against {}", state::content_name(request.now),
                                    state::content_name(*request.schema->id))};
    if (auto problem = set_aside(checking))
        return {*std::move(problem)};
    const CheckKey key{request.now, request.format, *request.schema->id, request.schema->path};
    if (const auto known = slow_checks_.find(key); known != slow_checks_.end())
        return known->second;
    const Deaths::Scope at_it(deaths_, checking);
    const auto begin = std::chrono::steady_clock::now();
    auto problems = (*rules)->check(document);
    if (std::chrono::steady_clock::now() - begin > kSlowCheck) {
        if (slow_checks_.size() >= kMostSlowChecks)
            slow_checks_.clear();
        slow_checks_.emplace(key, problems);
    }
    return problems;
}

DocumentState ParsedDocuments::compare(const Request& request) {
    DocumentState state;
    const auto now = value(request.path, request.now, request.format);
    if (!now) {
        state.problems.push_back(now.error());
        return state;
    }
    if (request.schema) {
        state.problems = check(**now, request);
        for (auto& problem : state.problems) {
            problem.message = secrets_.redacted(std::move(problem.message), **now);
            if (problem.path.empty())
                problem.path = request.path;
        }
    }
    if (!request.applied)
        return state;
    const auto applied = value(request.path, *request.applied, request.format);
    if (!applied)
        return state;
    state.compared = true;
    for (auto& operation : diff(**applied, **now))
        state.differences.push_back(describe(std::move(operation), secrets_));
    return state;
}

std::string ParsedDocuments::json(const Value& value) const {
    return to_json(value);
}

std::function<ConfigChange::Texts()>
ParsedDocuments::texts(std::shared_ptr<const Value> before,
                       std::shared_ptr<const Value> after) const {
    return [before = std::move(before), after = std::move(after), secrets = secrets_] {
        return ConfigChange::Texts{to_json(secrets.masked(*before)),
                                   to_json(secrets.masked(*after)),
                                   to_json(secrets.masked(diff(*before, *after)))};
    };
}

void ParsedDocuments::keep(const std::string& path, const ContentId& id, unsigned older,
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

void ParsedDocuments::copy_some(const ContentStore::InUse& in_use) {
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

bool ParsedDocuments::put(const Copy& copy, std::string_view bytes,
                          const ContentStore::InUse& in_use) {
    const auto kept = store_.keep(project_, copy.path, copy.id, bytes, copy.older, in_use);
    if (!kept) {
        problem_ = kept.error().message;
        unkept_.push_back(copy);
    }
    return kept.has_value();
}

void ParsedDocuments::flush() {
    if (const auto flushed = store_.flush(project_); !flushed)
        problem_ = flushed.error().message;
    else if (unkept_.empty() && queue_.empty())
        problem_.clear();
}

void ParsedDocuments::try_again() {
    std::ranges::move(unkept_, std::back_inserter(queue_));
    unkept_.clear();
}

std::vector<std::string> ParsedDocuments::copies(const std::string& path) const {
    return store_.copies(project_, path);
}

} // namespace hotreload::daemon
