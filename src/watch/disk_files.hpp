// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// The disk, as projects see it.

#include "core/files_port.hpp"
#include "watch/tree_watcher.hpp"

namespace hotreload::watch {

class DiskFiles final : public Files {
public:
    explicit DiskFiles(TreeWatcher& watcher) : watcher_(watcher) {}

    Result<std::unique_ptr<WatchedFiles>> watch(const std::vector<WatchDefinition>& watches,
                                                OnSettled on_settled, OnRead on_read) override;
    Task<Result<Snapshot>> read_once(std::vector<WatchDefinition> watches, OnRead on_read) override;
    [[nodiscard]] bool exists(const std::string& path) const override;
    [[nodiscard]] bool are_one(const std::string& path, const std::string& other) const override;
    [[nodiscard]] std::optional<std::string> real_path(const std::string& path) const override;
    [[nodiscard]] std::string stamp(const std::string& path) const override;
    [[nodiscard]] std::optional<std::uint64_t> changed_usec(const std::string& path) const override;

private:
    TreeWatcher& watcher_;
};

// The stamp tells one content of the file at `path` from another without reading it; "" when there
// is none.
std::string file_stamp(const std::string& path);

} // namespace hotreload::watch
