// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// The disk as a project sees it: sets of watched files, and a few questions about single ones.
// watch/ and os/ have the real one.

#include "base/error.hpp"
#include "base/task.hpp"
#include "core/change_kind.hpp"
#include "core/definition.hpp"
#include "core/path_match.hpp"
#include "core/snapshot.hpp"
#include "core/watch_state.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace hotreload {

// FileChange is what became of a file between two looks.
struct FileChange {
    ChangeKind kind = ChangeKind::Modified;
    std::string path;
    std::string from; // of a renamed file

    bool operator==(const FileChange&) const = default;
};

enum class Rescan {
    Dirty, // what events (or lost ones) made doubtful
    All,   // every directory and file: at the start, and when somebody asks for a reload
};

struct Look {
    // The files on disk, valid until the next look. A file in `writing` or `unreadable` is in
    // `files` as it was last read, if it ever was.
    const Snapshot& content;
    std::vector<FileChange> changes; // since the last look; none in the first
};

// The watched files of one service, of one published document, or of one project file and what it
// reads.
class WatchedFiles {
public:
    virtual ~WatchedFiles() = default;

    // Looks at what is on disk now.
    virtual Look look(Rescan how) = 0;
    // Does what look() would have to do, in slices between which the loop does what else there is:
    // a look at what events make doubtful costs little after it. It may outlive the set.
    virtual Task<> look_ahead(Rescan how) = 0;

    // The moment of the last look: for written_since() of a later one, the files that were written
    // or replaced in between, even with the same content.
    [[nodiscard]] virtual std::uint64_t mark() const = 0;
    [[nodiscard]] virtual std::vector<std::string> written_since(std::uint64_t mark) const = 0;

    // Something has happened to the files since the last look, and the set has not settled yet.
    [[nodiscard]] virtual bool unsettled() const = 0;

    // When something was last seen to happen to the files, settled or not (CLOCK_MONOTONIC).
    [[nodiscard]] virtual Duration changed_at() const = 0;

    // The set has settled, and nothing differs from the last look. Called from the event loop; it
    // must not end the set.
    std::function<void()> on_quiet;

    // The state of the watching; up to date after a look, and when on_state is called.
    [[nodiscard]] virtual const WatchState& state() const = 0;
    // state() has changed. Called from the event loop; it may end the set.
    std::function<void()> on_state;

    // The reasons why the set watches a path, or does not, as of the last look.
    [[nodiscard]] virtual PathMatch explain(const std::string& path) const = 0;
    // The paths, through symbolic links, by which the set would watch the file at a path without
    // any.
    [[nodiscard]] virtual std::set<std::string> names_of(const std::string& physical) const = 0;
};

class Files {
public:
    virtual ~Files() = default;

    // A set differs from its last look: content, or what is missing, being written or unreadable.
    // The last event was `debounce` ago, or the first `debounce_max`. The callback may end the set.
    using OnSettled = std::function<void()>;
    // A file was read whole: its path as the patterns have it. The bytes are gone when the callback
    // returns. It must not call into the set.
    using OnRead =
        std::function<void(const std::string& path, const ContentId& id, std::string_view bytes)>;

    // Nothing is watched before the first look. Errors: Invalid, for a pattern. `on_read` gets the
    // bytes of each file that a look has read, up to 16 MiB: of every file in the first one, later
    // of those that may have changed.
    virtual Result<std::unique_ptr<WatchedFiles>> watch(const std::vector<WatchDefinition>& watches,
                                                        OnSettled on_settled, OnRead on_read) = 0;

    // Reads what is on disk now, in slices; nothing is watched by it. Errors and `on_read` as
    // above.
    virtual Task<Result<Snapshot>> read_once(std::vector<WatchDefinition> watches,
                                             OnRead on_read) = 0;

    // There is something at the path, links followed.
    [[nodiscard]] virtual bool exists(const std::string& path) const = 0;
    // Both paths lead to one file; false where one of them leads nowhere.
    [[nodiscard]] virtual bool are_one(const std::string& path, const std::string& other) const = 0;
    // The path without links, as far as it is there; nothing: it cannot be told.
    [[nodiscard]] virtual std::optional<std::string> real_path(const std::string& path) const = 0;
    // Tells one content of the file from another without reading it; "" when there is none.
    [[nodiscard]] virtual std::string stamp(const std::string& path) const = 0;
    // When the file's name, its content or what is about it was changed last, in microseconds of
    // CLOCK_REALTIME, as far as the file system tells; nothing: it is not there. No link is
    // followed.
    [[nodiscard]] virtual std::optional<std::uint64_t>
    changed_usec(const std::string& path) const = 0;
};

} // namespace hotreload
