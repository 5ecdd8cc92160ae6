// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Copies as files: `contents/PROJECT/` in the state directory holds one for each content, called
// after it, and `index.json`, which says of which watched file it is. Nobody else may read them. A
// copy that no line of the index names is removed when the index is loaded.
//
// Nothing is waited for when a copy is made, so that a power cut may leave one that is empty, and a
// disk may damage any: a copy counts as long as its size and, whenever it is read, its hash are
// those that it is called after. One that does not count is none, and is made again.

#include "base/fd.hpp"
#include "core/content_store.hpp"
#include "state/content_index.hpp"
#include "state/view_writer.hpp"

#include <cstdint>
#include <map>
#include <set>

namespace hotreload::state {

class FileContentStore final : public ContentStore {
public:
    // `directory` is the state directory, which is there. `hash` is watch::content_id.
    FileContentStore(std::string directory, ContentHash hash)
        : directory_(std::move(directory)), hash_(std::move(hash)) {}

    Result<> keep(const std::string& project, const std::string& path, const ContentId& id,
                  std::string_view bytes, unsigned older, const InUse& in_use) override;
    Result<> flush(const std::string& project) override;
    std::function<Result<>()> sync(const std::string& project,
                                   const std::set<ContentId>& ids) override;
    bool has(const std::string& project, const ContentId& id) override;
    std::optional<std::string> content(const std::string& project, const ContentId& id) override;
    Fd open(const std::string& project, const ContentId& id) override;
    std::vector<std::string> copies(const std::string& project, const std::string& path) override;
    Result<> remove_contents(const std::string& project) override;

private:
    // The copies of one project.
    struct Shelf {
        ContentIndex by_path;
        std::map<ContentId, unsigned> uses; // lines of the index that name it
        std::set<ContentId> whole;          // of these, as far as is known
        Fd directory;                       // once there is one
        bool changed = false;               // since the last flush
    };

    Shelf& shelf(const std::string& project);
    Result<> open_directory(const std::string& project, Shelf& shelf);
    void load(Shelf& shelf);
    Result<> write(const std::string& project, Shelf& shelf, const ContentId& id,
                   std::string_view bytes);
    static void trim(Shelf& shelf, std::vector<ContentId>& copies, std::size_t most,
                     const InUse& in_use);
    static void forget(Shelf& shelf, const ContentId& id);
    [[nodiscard]] std::string path_of(const std::string& project) const;

    std::string directory_;
    ContentHash hash_;
    std::map<std::string, Shelf> shelves_;
};

} // namespace hotreload::state
