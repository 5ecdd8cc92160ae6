// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Trust in what root acts on: a project file, and what a service runs as root, must be root's alone
// to change. What a service runs as another user may be that user's, too. The rule is
// os/trust.hpp's; where we are not root, the kernel sees to it, and nothing is asked here.

#include "config/paths.hpp"
#include "core/kind.hpp"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
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

// Trust is the same rule as one reading of a project file asks it, for many services: what it has
// found out of a file or of a directory is remembered.
class Trust {
public:
    explicit Trust(Programs& programs);

    // As the function above.
    std::optional<std::string> distrusted(const std::string& path, const std::string& user);

    // The programs that the service runs and others could change, as they are now: of validate,
    // reload and ready, and the script that an interpreter is given. `starts`: of command and
    // properties, too, which only a new process runs.
    std::vector<Distrust> programs(const MemberDefinition& service, bool starts);

private:
    using ForUser = std::pair<std::string, std::string>; // a path, and the user

    [[nodiscard]] bool is_roots_alone(const std::string& path, const ForUser& directory) const;

    Programs& programs_;
    bool judges_; // for everybody but root the kernel does
    std::map<ForUser, std::optional<std::string>> known_;
    std::set<ForUser> closed_; // directories in which nobody else makes or replaces anything
};

// The first of Trust::programs() as a problem of the project file, for everybody. nullopt: all may
// be run.
std::optional<Problem> distrust_of_programs(const ProjectDefinition& project, const Kinds& kinds,
                                            const MemberDefinition& service, bool starts);

} // namespace hotreload
