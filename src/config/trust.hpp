// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Trust in what root acts on: a project file, and what a service runs as root, must be root's alone
// to change. What a service runs as another user may be that user's, too. The rule is
// os/trust.hpp's; where we are not root, the kernel sees to it, and nothing is asked here.

#include "core/kind.hpp"

#include <optional>
#include <string>
#include <vector>

namespace hotreload {

// The reason why the file at `path` may decide nothing for what runs as `user` ("": root): where it
// can be changed, by whom, and what mends that. nullopt: it may, or it is not there.
std::optional<std::string> distrusted(const std::string& path, const std::string& user);

// The reason why nothing may be mounted over `path`: the manager looks it up again when it does,
// and somebody other than root could lead it elsewhere until then. nullopt: it may.
std::optional<std::string> led_astray(const std::string& path);

struct Distrust {
    std::string key; // of the service: "command"
    std::string why;
};
// The programs that the service runs and others could change, as they are now: of validate, reload
// and ready, and the script that an interpreter is given. `starts`: of command and properties, too,
// which only a new process runs.
std::vector<Distrust> distrusted_programs(const MemberDefinition& service, bool starts);
// The first of them as a problem of the project file, for everybody. nullopt: all may be run.
std::optional<Problem> distrust_of_programs(const ProjectDefinition& project, const Kinds& kinds,
                                            const MemberDefinition& service, bool starts);

} // namespace hotreload
