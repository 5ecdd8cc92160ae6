// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Reads project files, and judges what they name. config/ has the real one.

#include "base/error.hpp"
#include "base/task.hpp"
#include "core/definition.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace hotreload {

// EarlierReading is what a reader keeps of a project file that it has read, for its next reading of
// the same file. Only readers know what is in it.
class EarlierReading {
public:
    virtual ~EarlierReading() = default;
};

class ProjectReader {
public:
    virtual ~ProjectReader() = default;

    // The definition, or everything that is wrong with the file. `sources` is told the env_files
    // that were looked for, even when the file is refused because of one. `earlier`: what the
    // reading before has left there, at first nothing, and what this one leaves; it saves time, and
    // changes no answer. Both may be nullptr. nullopt: it depends on users or groups that have to
    // be looked up first; known() tells when to read it again.
    virtual std::optional<Checked<ProjectDefinition>>
    read(const std::string& path, std::vector<std::string>* sources,
         std::unique_ptr<EarlierReading>* earlier) = 0;

    // Ends when what kept read() from an answer is known, or could not be looked up in time, which
    // is a problem of the file then.
    virtual Task<> known(std::string path) = 0;

    // Why the service must not be acted on, as its programs are now: others could have changed what
    // root would run. Nothing when it may. `starts`: a new process of it is run, too. The project
    // and the service outlive the task.
    [[nodiscard]] virtual Task<std::optional<Problem>> distrusted(const ProjectDefinition& project,
                                                                  const MemberDefinition& service,
                                                                  bool starts) const = 0;
};

// Reads the file, however long that takes.
inline Task<Checked<ProjectDefinition>> read_when_known(ProjectReader& reader, std::string path) {
    for (;;) {
        auto read = reader.read(path, nullptr, nullptr);
        if (read)
            co_return *std::move(read);
        co_await reader.known(path);
    }
}

} // namespace hotreload
