// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Report is what a reload or a plan says to a person: JSON of the daemon in, lines and exit status
// out. Pure.

#include "base/duration.hpp"
#include "base/error.hpp"
#include "client/events.hpp"
#include "ctl/answer.hpp"
#include "ctl/client.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace hotreload::ctl {

enum class Mark {
    Applied,   // ✓
    Unchanged, // •
    Waiting,   // ⚠
    Failed,    // ✗
    Planned,   // →, of a plan only: would be done
    Plain,     // no mark: the detail of the line above
    Removed,   // no mark either, of a difference of texts
    Added,     //
    Place,     // where in the text
};

struct Line {
    Mark mark = Mark::Plain;
    std::string text;

    bool operator==(const Line&) const = default;
};

struct Report {
    std::vector<Line> lines;
    ExitStatus status = ExitStatus::Ok;

    bool operator==(const Report&) const = default;
};

// Problems that were only announced (ValidationFailed) are added when the detail lacks them.
// Paths below `directory` are shown relative to it; "" shows all as they are.
Report report_reload(const ReloadFinished& reload, const std::vector<ValidationFailed>& announced,
                     const std::string& directory);

Report report_plan(const std::string& plan_json, const std::string& directory);

// "what to run" for a target whose changes wait.
std::string force_hint(const std::string& project, const std::string& service);

// `path:line:column: message`, the path relative to `directory` when it is below it.
std::string show_problem(Problem problem, const std::string& directory);
std::string show_path(const std::string& path, const std::string& directory);

// "31 ms", "1.4 s"
std::string show_duration(Duration duration);

} // namespace hotreload::ctl
