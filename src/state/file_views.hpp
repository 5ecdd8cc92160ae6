// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Views as directories: DIRECTORY/NAME has
//   files/…  what is shown, at its path: copies of the watched files, with owner, mode and time;
//            the directories that lead to them; a link for each neighbour that no pattern selects
//   live/…   empty directories, where the targets are bound as they are on disk, so that the links
//            lead to the neighbours
//   targets  what of it is bound
// NAME appears when it is complete. Files that come beside the watched ones later are there after
// the next update().
//
// Tried with systemd 257, with the system's manager and with a user's:
// - Sources are looked up outside of the namespace, whatever the order of the settings, so that the
//   second bind of a target has it as it is on disk although the first one covers it; mounts within
//   a neighbour are there, too. With BindPaths= instead for the second bind, a service can go on
//   writing in neighbours that are directories, and still nowhere in the target itself.
// - It works beside PrivateTmp=, ProtectSystem=strict, ProtectHome=tmpfs, TemporaryFileSystem=/run.
// - A service sees at once what is renamed over a file in the view; of the target on disk it sees
//   nothing but the neighbours. Of a file that is bound by itself it sees what is written into the
//   copy, and never what is renamed over that.
// - A target that is not there is made on disk: so none is bound. A source that is not there ends
//   the start with status 226: so a view must outlive the unit, as each process that the manager
//   runs for it (ExecReload=) has the binds looked up anew.
//
// A file whose directory is everybody's (/etc) is bound by itself: an update writes into it, and it
// can neither come nor go. A target that a link leads to from such a directory (/opt/app →
// /data/app) is bound where the link leads when the service starts.

#include "base/background.hpp"
#include "core/views_port.hpp"
#include "state/view_build.hpp"
#include "state/view_writer.hpp"

#include <memory>
#include <string>
#include <vector>

namespace hotreload::state {

class FileViews final : public Views {
public:
    // The reason why nothing may be mounted over a path, for people; nullopt: it may. The manager
    // looks the path up when it mounts: a user who can put a link in its place until then could
    // show files of theirs in place of any others, /etc say, to what runs as root.
    using Astray = std::optional<std::string> (*)(const std::string& path);

    // `directory` is made when it is not there, in one that is; users of services have to be able
    // to get there. What an earlier life left half made is removed. `hash` is watch::content_id.
    // Files are copied and removed in the background, which outlives it.
    FileViews(std::string directory, Background& background, ContentHash hash,
              Astray astray = nullptr);

    // Errors beside Busy: Invalid, for what cannot be a view (a pattern in "/etc", a name that is
    // no file's); Failed, for more than 10 000 entries or 256 MiB.
    Task<Result<View>> make(std::string name, std::vector<WatchDefinition> watches,
                            Snapshot snapshot, Kept kept) override;
    // An error of the snapshot leaves everything as it was: Busy, or Failed for a file that what is
    // bound does not cover.
    Task<Result<>> update(std::string name, std::vector<WatchDefinition> watches, Snapshot snapshot,
                          Kept kept) override;
    std::optional<View> find(const std::string& name) override;
    void remove(const std::string& name) override;
    [[nodiscard]] std::vector<std::string> names() const override;

private:
    [[nodiscard]] std::string path_of(const std::string& name) const;
    [[nodiscard]] std::optional<std::string> why_unbound(const ViewTargets& targets) const;
    [[nodiscard]] View view_of(const std::string& name, const ViewTargets& targets) const;
    Result<ViewTargets> targets(const ViewScope& scope, const Snapshot& snapshot) const;
    Task<Result<>> run(std::shared_ptr<ViewBuild> build, Kept kept);

    std::string directory_;
    Background& background_;
    ContentHash hash_;
    Astray astray_;
    unsigned removed_ = 0; // views, so that each has a name of its own until it is gone
};

} // namespace hotreload::state
