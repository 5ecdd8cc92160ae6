// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// The worker's side of the messages: parses, compares, checks against schemas and renders. It has
// nothing but what it is given. Trees of small documents and the schema that was asked for last are
// held by the id of their content, so that a save costs the parsing of what is new and no more.

#include "core/secrets.hpp"
#include "core/value.hpp"
#include "document/schema.hpp"
#include "worker/messages.hpp"

#include <cstdint>
#include <deque>
#include <expected>
#include <initializer_list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace hotreload::worker {

class Examiner {
public:
    static constexpr std::uint64_t kMostHeld = 4 << 20;
    static constexpr std::uint64_t kLeastHeld = 4 << 10;

    // Holds the trees of so many bytes of files, of which each counts for kLeastHeld at least.
    explicit Examiner(std::uint64_t most_held = kMostHeld) : most_held_(most_held) {}

    // Never throws but for want of memory.
    Reply answer(const Request& request);

private:
    using Tree = std::shared_ptr<const Value>;
    using Parsed = std::expected<Tree, Problem>;
    using Key = std::pair<ContentId, Format>;
    // A schema, how it is understood, and its path, which is in what it says.
    using SchemaKey = std::tuple<ContentId, Format, std::string>;
    using CheckKey = std::pair<Key, SchemaKey>;
    static SchemaKey key_of(const Compare::Schema& schema);

    Reply answer_request(const Compare& request);
    Reply answer_request(const Render& request);
    Reply answer_request(const RenderChange& request);
    Reply answer_request(const CompareLines& request);

    [[nodiscard]] bool holds(const Source& source) const;
    // nullptr stands for none.
    [[nodiscard]] std::optional<Missing>
    missing(std::initializer_list<const Source*> sources) const;
    Parsed parse(const Source& source);
    void forget_old();
    std::vector<Problem> check(const Value& document, const Compare& request);
    std::expected<const Schema*, Problem> compiled(const Compare::Schema& schema);
    [[nodiscard]] bool needs_schema(const Compare& request) const;

    std::uint64_t most_held_;
    std::map<Key, Parsed> parsed_;
    std::deque<Key> parsed_order_; // the oldest first
    std::uint64_t parsed_bytes_ = 0;
    std::optional<std::pair<SchemaKey, Schema>> compiled_; // the one asked for last
    std::map<CheckKey, std::vector<Problem>> slow_checks_; // that took long
};

} // namespace hotreload::worker
