// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Which paths a set of watches is about: pure. A file belongs to a watch when one of its patterns
// matches, none of its excludes does, and its name is no editor's dropping.

#include "core/definition.hpp"
#include "core/glob.hpp"

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace hotreload::watch {

struct Timing {
    Duration debounce{};
    Duration debounce_max{};

    [[nodiscard]] Timing slower(const Timing& other) const {
        return {std::max(debounce, other.debounce), std::max(debounce_max, other.debounce_max)};
    }
    bool operator==(const Timing&) const = default;
};

class Selection {
public:
    // Errors: Invalid, for a pattern that is none or is not absolute.
    static Result<Selection> parse(const std::vector<WatchDefinition>& definitions);

    // When a change of this file counts as settled: the slowest of the watches that it belongs
    // to. Nothing for a file of none.
    [[nodiscard]] std::optional<Timing> file(std::string_view path) const;

    // There may be files of ours below.
    [[nodiscard]] bool directory(std::string_view path) const;

    // A pattern names such a file without wildcards, so it is no dropping.
    [[nodiscard]] bool names(std::string_view file_name) const;

    // The slowest of all.
    [[nodiscard]] const Timing& timing() const { return slowest_; }

    // The files that are named without wildcards, and the directories where the other patterns
    // begin.
    [[nodiscard]] const std::set<std::string>& literals() const { return literals_; }
    [[nodiscard]] const std::set<std::string>& bases() const { return bases_; }

private:
    struct Watch {
        std::vector<Glob> files;
        std::vector<Glob> exclude;
        Timing timing;
    };

    std::vector<Watch> watches_;
    Timing slowest_;
    std::set<std::string> literals_;
    std::set<std::string> bases_;
    std::set<std::string, std::less<>> names_;
};

} // namespace hotreload::watch
