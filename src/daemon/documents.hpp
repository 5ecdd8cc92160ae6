// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// The contents of one project's watched files on their way from the disk to the record: what
// hotreload-worker says of them, and which copies are kept.

#include "base/background.hpp"
#include "base/shared_bytes.hpp"
#include "core/documents_port.hpp"
#include "worker/pool.hpp"

#include <cstdint>
#include <deque>
#include <expected>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace hotreload::daemon {

// Where contents are read from: the copies that are kept, and the files themselves.
struct KeptContents {
    ContentStore& store;
    Background& background;
    std::string project;
};

class ExaminedDocuments final : public Documents {
public:
    // All of them outlive it, and what add_texts() has filled in.
    ExaminedDocuments(worker::Pool& pool, ContentStore& store, Background& background,
                      std::string project);

    void set_secrets(const std::vector<std::string>& patterns) override { secrets_ = patterns; }
    void note(const std::string& path, const ContentId& id, std::string_view bytes) override;
    Task<DocumentState> compare(Request request) override;
    Task<std::expected<std::string, Problem>> json(std::string path, ContentId id,
                                                   Format format) override;
    void add_texts(ConfigChange& change, const std::string& path, const ContentId& before,
                   const ContentId& after, Format format) override;
    [[nodiscard]] std::optional<std::string> content(const ContentId& id) override {
        return kept_.store.content(kept_.project, id);
    }
    Task<std::vector<std::string>> lines(std::string before, std::string after) override;
    void forgive() override { pool_.forgive(kept_.project); }
    void keep(const std::string& path, const ContentId& id, unsigned older,
              const ContentStore::InUse& in_use) override;
    Task<> copy_some(const ContentStore::InUse& in_use) override;
    [[nodiscard]] bool copies_wait() const override { return !queue_.empty(); }
    void flush() override;
    void try_again() override;
    [[nodiscard]] bool kept(const ContentId& id) const override {
        return kept_.store.has(kept_.project, id);
    }
    [[nodiscard]] std::vector<std::string> copies(const std::string& path) const override;
    [[nodiscard]] const std::string& problem() const override { return problem_; }

private:
    struct Copy {
        std::string path;
        ContentId id;
        unsigned older = 0;
    };
    using Answer = std::expected<worker::Reply, Problem>;

    [[nodiscard]] std::optional<SharedBytes> noted(const std::string& path,
                                                   const ContentId& id) const;
    Task<std::optional<SharedBytes>> bytes(std::string path, ContentId id);
    [[nodiscard]] worker::Source source(const std::string& path, const ContentId& id,
                                        Format format) const;
    Task<Answer> ask(worker::Request request, std::string path);
    static Problem problem_of(Answer answer, const std::string& path);
    void forget_noted(const std::string& path);
    bool put(const Copy& copy, std::string_view bytes, const ContentStore::InUse& in_use);

    worker::Pool& pool_;
    KeptContents kept_;
    std::optional<worker::Pool::Lease> lease_;                       // from the first document on
    std::vector<std::string> secrets_;                               // key patterns
    std::map<std::string, std::pair<ContentId, SharedBytes>> noted_; // by path
    std::deque<std::string> noted_order_;                            // the oldest first
    std::uint64_t noted_bytes_ = 0;
    std::deque<Copy> queue_;
    std::vector<Copy> unkept_; // that the disk did not take
    std::string problem_;
};

} // namespace hotreload::daemon
