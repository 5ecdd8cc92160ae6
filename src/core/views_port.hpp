// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Private views of watched files: a copy of a snapshot that is shown to a validator, or to a pinned
// service, at the live paths (BindReadOnlyPaths=). state/ has the real one.

#include "base/error.hpp"
#include "base/task.hpp"
#include "core/definition.hpp"
#include "core/snapshot.hpp"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace hotreload {

// Shown at `target` in a mount namespace, read-only but for what is `writable`.
struct Bind {
    std::string source;
    std::string target;
    bool writable = false;

    bool operator==(const Bind&) const = default;
};

struct View {
    std::string directory; // with the files at their live paths beneath it
    std::vector<Bind> binds;
    std::string unbound = {}; // why there are no binds though there are files, for people

    bool operator==(const View&) const = default;
};

class Views {
public:
    virtual ~Views() = default;

    // A new view called `name` of the files of `watches` as `snapshot` has them, and of nothing
    // else that a pattern of theirs could match; what is beside them is there as it is. It takes
    // the time that copying them takes. Busy: the disk has moved on, a file is not what it was in
    // the snapshot, and `kept` has it not.
    using Kept = std::function<std::optional<std::string>(const ContentId&)>;
    virtual Task<Result<View>> make(std::string name, std::vector<WatchDefinition> watches,
                                    Snapshot snapshot, Kept kept) = 0;

    // The view shows another snapshot from now on, file by file, each whole.
    virtual Task<Result<>> update(std::string name, std::vector<WatchDefinition> watches,
                                  Snapshot snapshot, Kept kept) = 0;

    // The view; nullopt: there is none of that name.
    [[nodiscard]] virtual std::optional<View> find(const std::string& name) = 0;
    virtual void remove(const std::string& name) = 0;
    // Names of all views, for finding orphans.
    [[nodiscard]] virtual std::vector<std::string> names() const = 0;
};

} // namespace hotreload
