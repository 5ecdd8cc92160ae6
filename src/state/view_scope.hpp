// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// ViewScope is what of the disk a private view is about: which paths belong to the watches, and
// what has to be bound over for them.

#include "core/definition.hpp"
#include "core/selection.hpp"

#include <set>
#include <string>
#include <vector>

namespace hotreload::state {

// None lies in another.
struct ViewTargets {
    std::set<std::string> directories;
    std::set<std::string> files; // by themselves, as their directory is everybody's

    // Something of it shows `path`.
    [[nodiscard]] bool cover(const std::string& path) const;
};

class ViewScope {
public:
    // Errors: Invalid, for a pattern.
    static Result<ViewScope> parse(const std::vector<WatchDefinition>& watches);

    // A file at the path is watched.
    [[nodiscard]] bool selects(const std::string& path) const;

    // Watched files that a wildcard finds may be below the directory.
    [[nodiscard]] bool descends(const std::string& path) const;

    // A pattern leads through the directory or begins in it: links are followed.
    [[nodiscard]] bool leads(const std::string& path) const;

    // The directories where patterns with wildcards begin, those of files that are named; where a
    // link leads to one, the directory of the link, since it may come to lead elsewhere. Errors:
    // Invalid, when that is a directory that cannot be shown as a copy, such as /etc.
    [[nodiscard]] Result<ViewTargets> targets() const;

private:
    [[nodiscard]] Result<> add_target(const Glob& glob, ViewTargets& targets) const;

    Selection selection_;
    std::set<std::string> ways_; // where patterns begin
};

} // namespace hotreload::state
