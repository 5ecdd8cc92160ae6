// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// The contents of one project's watched files on their way from the disk to the record: what is
// parsed, what is compared, and which copies are kept.

#include "core/content_store.hpp"
#include "core/document_state.hpp"
#include "core/format.hpp"
#include "core/secrets.hpp"
#include "core/snapshot.hpp"
#include "core/value.hpp"
#include "document/schema.hpp"
#include "state/deaths.hpp"

#include <deque>
#include <expected>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <tuple>

namespace hotreload::daemon {

class Documents {
public:
    Documents(ContentStore& store, state::Deaths& deaths, std::string project);

    // Key patterns that config/ has checked.
    void set_secrets(const std::vector<std::string>& patterns);
    [[nodiscard]] const Secrets& secrets() const { return secrets_; }

    // The watcher has read a document (or a schema): remembered until it is kept or read again, or
    // until newer ones need the room.
    void note(const std::string& path, const ContentId& id, std::string_view bytes);

    struct Schema {
        std::string path;
        std::optional<ContentId> id; // nothing: it is not there
    };
    struct Request {
        std::string path;
        Format format{};
        std::optional<Schema> schema;
        std::optional<ContentId> applied;
        ContentId now;
    };
    // What the document is against what was applied. Its values are remembered for a while.
    DocumentState compare(const Request& request);

    // Parsed; shared with the cache. Errors: syntax, with the path and the way out; that the
    // content is to be had no more; or that this content has ended the daemon before.
    using Parsed = std::expected<std::shared_ptr<const Value>, Problem>;
    Parsed value(const std::string& path, const ContentId& id, Format format);

    // What is applied now is kept as the newest copy, beside `older` ones: at once for what was
    // noted, else by copy_some(). flush() ends a series of these.
    void keep(const std::string& path, const ContentId& id, unsigned older,
              const ContentStore::InUse& in_use);
    // Goes on copying, for a few milliseconds: files of no known format are not held in memory.
    void copy_some(const ContentStore::InUse& in_use);
    [[nodiscard]] bool copies_wait() const { return !queue_.empty(); }
    void flush();
    // What the disk did not take waits for copy_some() again.
    void try_again();
    [[nodiscard]] bool kept(const ContentId& id) const { return store_.has(project_, id); }

    // Where the copies of a file lie, the newest first.
    [[nodiscard]] std::vector<std::string> copies(const std::string& path) const;

    // Why copies could not be kept; empty when all are.
    [[nodiscard]] const std::string& problem() const { return problem_; }

private:
    struct Copy {
        std::string path;
        ContentId id;
        unsigned older = 0;
    };
    using Key = std::pair<ContentId, Format>;
    // The document, how it is understood, the schema and its path, which is in what it says.
    using CheckKey = std::tuple<ContentId, Format, ContentId, std::string>;

    std::optional<std::string> bytes(const std::string& path, const ContentId& id);
    Parsed parse(const std::string& path, const ContentId& id, Format format);
    [[nodiscard]] std::optional<Problem> set_aside(const state::Work& work) const;
    std::vector<Problem> check(const Value& document, const Request& request);
    std::expected<const hotreload::Schema*, Problem> compiled(const Schema& schema);
    void remember(const Key& key, const Parsed& parsed);
    void forget_noted(const std::string& path);
    bool put(const Copy& copy, std::string_view bytes, const ContentStore::InUse& in_use);

    ContentStore& store_;
    state::Deaths& deaths_;
    std::string project_;
    Secrets secrets_;
    std::map<std::string, std::pair<ContentId, std::string>> noted_; // by path
    std::deque<std::string> noted_order_;                            // the oldest first
    std::uint64_t noted_bytes_ = 0;
    std::map<Key, Parsed> parsed_;
    std::deque<Key> parsed_order_; // the oldest first
    std::uint64_t parsed_bytes_ = 0;
    std::optional<std::pair<ContentId, hotreload::Schema>> compiled_; // the one asked for last
    std::map<CheckKey, std::vector<Problem>> slow_checks_;            // that took long
    std::deque<Copy> queue_;
    std::vector<Copy> unkept_; // that the disk did not take
    std::string problem_;
};

} // namespace hotreload::daemon
