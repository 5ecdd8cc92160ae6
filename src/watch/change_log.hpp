// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// ChangeLog says what became of files between two looks, from the difference of what was known then
// and is known now: never from events. A file that is as it was has not changed.

#include "core/files_port.hpp"
#include "watch/content.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace hotreload::watch {

class ChangeLog {
public:
    struct Known {
        ContentId id;
        Stamp stamp;
    };
    using State = std::optional<Known>; // nullopt: there is no such file

    void record(const std::string& path, const State& before, const State& after);
    [[nodiscard]] std::vector<FileChange> changes() const; // by path
    void clear() { steps_.clear(); }

private:
    struct Step {
        State before; // when it was cleared
        State after;
    };
    std::map<std::string, Step> steps_;
};

} // namespace hotreload::watch
