// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Copies of what watched files held when it was applied: what a document is compared with, and the
// last-known-good copies for people. state/ has the real one.

#include "base/error.hpp"
#include "base/fd.hpp"
#include "core/snapshot.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace hotreload {

// Larger files have no copies, and are no documents.
constexpr std::uint64_t kLargestCopy = 16 << 20;

class ContentStore {
public:
    virtual ~ContentStore() = default;

    // The newest copy of `path` is `bytes` from now on. Beside it, `older` ones stay, and those
    // that `in_use` names. What was kept before, and is whole, is only moved to the front.
    using InUse = std::function<bool(const ContentId&)>;
    virtual Result<> keep(const std::string& project, const std::string& path, const ContentId& id,
                          std::string_view bytes, unsigned older, const InUse& in_use) = 0;

    // Puts on disk which copies there are. They are kept one by one, and there may be many.
    virtual Result<> flush(const std::string& project) = 0;

    // What puts these copies on the disk, so that a cut of the power does not take them: to be run
    // in the background.
    virtual std::function<Result<>()> sync(const std::string& project,
                                           const std::set<ContentId>& ids) = 0;

    // The content is there and, as far as is known, whole.
    [[nodiscard]] virtual bool has(const std::string& project, const ContentId& id) = 0;
    // The content; nullopt: it was never kept, or the copy is damaged.
    [[nodiscard]] virtual std::optional<std::string> content(const std::string& project,
                                                             const ContentId& id) = 0;
    // The copy, opened for reading: what is in it may be damaged. Not open: there is none.
    [[nodiscard]] virtual Fd open(const std::string& project, const ContentId& id) = 0;
    // The places of the copies of a file, the newest first.
    [[nodiscard]] virtual std::vector<std::string> copies(const std::string& project,
                                                          const std::string& path) = 0;
    // Removes all copies of a project.
    virtual Result<> remove_contents(const std::string& project) = 0;
};

} // namespace hotreload
