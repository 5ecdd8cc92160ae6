// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Deaths are what this process died of: the work that it was at when it ended without finishing it
// (a crash of a library, the watchdog, want of memory). Work that ended it twice is set aside, so
// that it does not a third time; once may be anybody's SIGKILL at a bad moment. Both are kept in
// the run-time directory: a reboot is another try.

#include "core/deaths_port.hpp"
#include "state/work_note.hpp"

#include <string>
#include <utility>
#include <vector>

namespace hotreload::state {

struct Death {
    Work work;
    unsigned count = 0; // of the process, over this work

    bool operator==(const Death&) const = default;
};

class NotedDeaths final : public Deaths {
public:
    static constexpr unsigned kTooMany = 2;

    // A count of one run only, for tests and where there is no run-time directory.
    NotedDeaths() = default;
    // Counts the death of the process before, if it was one. `DIRECTORY/doing` is the note,
    // `DIRECTORY/deaths.json` the count; one that cannot be read is started anew.
    static Result<NotedDeaths> open(const std::string& directory);

    // The work that the process before has died of, as counted now; nullopt: it ended orderly.
    [[nodiscard]] const std::optional<Death>& last() const { return last_; }

    [[nodiscard]] bool set_aside(const Work& work) const override;
    void forgive(const std::string& project, const std::string& path) override;

protected:
    const Work* begin(const Work& work) override;
    void end(const Work& work, const Work* outer) noexcept override;

private:
    NotedDeaths(std::string directory, WorkNote note);

    void finished(const Work& work) noexcept;
    void save() const noexcept;

    std::string directory_;
    WorkNote note_;
    std::vector<Death> counted_; // the oldest first
    std::optional<Death> last_;
    const Work* current_ = nullptr;
};

} // namespace hotreload::state
