// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// The contents of one project's watched files on their way from the disk to the record: what is
// parsed, what is compared, and which copies are kept.

#include "core/deaths_port.hpp"
#include "core/documents_port.hpp"
#include "document/schema.hpp"

#include <cstdint>
#include <deque>
#include <expected>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace hotreload::daemon {

class ParsedDocuments final : public Documents {
public:
    ParsedDocuments(ContentStore& store, Deaths& deaths, std::string project);

    void set_secrets(const std::vector<std::string>& patterns) override;
    [[nodiscard]] const Secrets& secrets() const override { return secrets_; }
    void note(const std::string& path, const ContentId& id, std::string_view bytes) override;
    DocumentState compare(const Request& request) override;
    Parsed value(const std::string& path, const ContentId& id, Format format) override;
    [[nodiscard]] std::string json(const Value& value) const override;
    [[nodiscard]] std::function<ConfigChange::Texts()>
    texts(std::shared_ptr<const Value> before, std::shared_ptr<const Value> after) const override;
    void keep(const std::string& path, const ContentId& id, unsigned older,
              const ContentStore::InUse& in_use) override;
    void copy_some(const ContentStore::InUse& in_use) override;
    [[nodiscard]] bool copies_wait() const override { return !queue_.empty(); }
    void flush() override;
    void try_again() override;
    [[nodiscard]] bool kept(const ContentId& id) const override { return store_.has(project_, id); }
    [[nodiscard]] std::vector<std::string> copies(const std::string& path) const override;
    [[nodiscard]] const std::string& problem() const override { return problem_; }

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
    [[nodiscard]] std::optional<Problem> set_aside(const Work& work) const;
    std::vector<Problem> check(const Value& document, const Request& request);
    std::expected<const hotreload::Schema*, Problem> compiled(const Schema& schema);
    void remember(const Key& key, const Parsed& parsed);
    void forget_noted(const std::string& path);
    bool put(const Copy& copy, std::string_view bytes, const ContentStore::InUse& in_use);

    ContentStore& store_;
    Deaths& deaths_;
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
