// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Finds out that a service writes into what it watches: it is acted on because a file changed, the
// action changes the file, and so on without end. That a file changes during its service's action
// or right after it, several times in a row, is only a reason to look who writes it: a person
// who saves whenever the last save has been applied does the same. Pure: time is an argument.

#include "base/duration.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace hotreload {

class WriteLoop {
public:
    void action_began(Duration now);
    void action_ended(Duration now);

    // Files changed, the last of them at `when`, and are about to be acted on.
    void changed(const std::vector<std::string>& paths, Duration when);

    // Files of which somebody should find out who writes them, before the next action.
    [[nodiscard]] std::vector<std::string> suspects() const;

    // The writer was found out: the service itself, or somebody else, who is not suspected again
    // soon.
    void written_by_service(const std::string& path) { proven_ = path; }
    void written_by_another();

    // The file that the service was seen to write, empty for none.
    [[nodiscard]] const std::string& proven() const { return proven_; }
    void reset() { *this = {}; }

private:
    [[nodiscard]] bool caused(Duration when) const;

    std::optional<Duration> began_;
    std::optional<Duration> ended_; // nullopt: it runs
    std::map<std::string, unsigned> rounds_;
    unsigned spared_ = 0; // rounds that are not counted
    std::string proven_;
};

} // namespace hotreload
