// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Target is what a TARGET on the command line means: PROJECT, PROJECT/SERVICE, a UNIT that carries
// a service, or a plain SERVICE of a project of the current directory; where no project is there,
// of any project. A published document stands where a service does. Pure.

#include "client/state.hpp"
#include "ctl/answer.hpp"
#include "ctl/client.hpp"

#include <optional>
#include <string>
#include <vector>

namespace hotreload::ctl {

struct Target {
    std::string project;
    std::string service; // or document; "": all of the project

    [[nodiscard]] std::string text() const {
        return service.empty() ? project : project + "/" + service;
    }
    bool operator==(const Target&) const = default;
};

// The projects whose files stand in `directory` or nearest above it: several in /etc/hotreload,
// say.
std::vector<const ProjectState*> projects_at(const std::vector<ProjectState>& projects,
                                             const std::string& directory);

// Fails in the directory of a project that is not registered, or below it, for a command that does
// something and names nothing: neither all projects are meant there, nor the one around it.
Answer<> check_registered(const std::vector<ProjectState>& projects, const std::string& directory);

// `directory` is "" where it means nothing (another machine). A name that is not known is taken as
// a project's: the daemon says what is wrong with it. Fails on a malformed one, on a service that
// several projects of the directory have, and on a unit that is none's or several services'.
Answer<Target> resolve_target(const std::string& word, const std::vector<ProjectState>& projects,
                              const std::string& directory);

// The targets of all words. Without a word: the projects of the directory, and where there are
// none, all.
Answer<std::vector<Target>> resolve_targets(const std::vector<std::string>& words,
                                            const std::vector<ProjectState>& projects,
                                            const std::string& directory);

// The published document that a word means, of those that there are: PROJECT/DOCUMENT, or a plain
// name of one in the directory.
Answer<Target> resolve_document(const std::string& word, const std::vector<ProjectState>& projects,
                                const std::string& directory);

// The part of `projects` that the targets name. Fails on one that is not registered.
Answer<std::vector<ProjectState>> select(const std::vector<ProjectState>& projects,
                                         const std::vector<Target>& targets);

} // namespace hotreload::ctl
