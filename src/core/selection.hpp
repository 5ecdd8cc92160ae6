// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Selection answers which paths a set of watches is about, for everybody who asks: the watcher,
// the rules for changes, and the copies that are bound over live files. It is pure: paths are
// texts, and nothing is looked up on disk. A file belongs to a watch when one of its patterns
// matches, none of its excludes does, its name is no editor's dropping, and a walk from the
// directory where a pattern begins comes to it: none of the directories between is excluded or
// private (".git"), unless a pattern leads there. A file that is named without wildcards needs no
// walk.

#include "core/definition.hpp"
#include "core/droppings.hpp"
#include "core/glob.hpp"
#include "core/path_match.hpp"

#include <algorithm>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace hotreload {

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
    enum class Verdict { Ours, Dropping, NoPattern, Excluded };
    class Here;

    // Errors: Invalid, for a pattern that is none or is not absolute.
    static Result<Selection> parse(const std::vector<WatchDefinition>& definitions);

    // The time after which a change of this file counts as settled: that of the slowest watch that
    // it belongs to. nullopt: it belongs to none.
    [[nodiscard]] std::optional<Timing> file(std::string_view path) const;

    // The first watch that the file belongs to, by its place in the definitions. nullopt: none.
    [[nodiscard]] std::optional<std::size_t> first_watch(std::string_view path) const;

    // Files of ours that a wildcard finds may be below the directory.
    [[nodiscard]] bool directory(std::string_view path) const;

    // The same, by a pattern that says how far down it goes: one without `**`.
    [[nodiscard]] bool directory_at_a_depth(std::string_view path) const;

    // The answer whether a file at `path` is watched, and by what it is or is not.
    [[nodiscard]] PathMatch explain(std::string_view path) const;

    // The slowest of all.
    [[nodiscard]] const Timing& timing() const { return slowest_; }

    // The files that are named without wildcards, and the directories where the other patterns
    // begin.
    using Paths = std::set<std::string, std::less<>>;
    [[nodiscard]] const Paths& literals() const { return literals_; }
    [[nodiscard]] const Paths& bases() const { return bases_; }

    // The patterns of files, without the excludes, in the order of the definitions. The selection
    // owns them.
    [[nodiscard]] std::vector<const Glob*> patterns() const;

private:
    // A glob, and what of it can be told by a file's name once its directory is known: nearly
    // every pattern ends in `*`, `*.conf` or a plain name.
    struct Pattern {
        enum class Tail {
            Any,  // none of these: the whole path is matched
            Name, // `prefix*suffix`, or `prefix` alone
            All,  // "**": all below what matches, and what `above` matches
        };

        explicit Pattern(Glob pattern);

        Glob glob;
        Tail tail = Tail::Any;
        bool star = false;
        std::string prefix;
        std::string suffix;
        std::vector<Pattern> above; // one or none
    };

    struct Watch {
        std::vector<Pattern> files;
        std::vector<Pattern> exclude;
        Timing timing;
    };

    [[nodiscard]] bool left_by_a_tool(std::string_view file_name) const;
    [[nodiscard]] std::string_view stopped_at(std::string_view path) const;
    template <class Counts>
    [[nodiscard]] bool leads_below(std::string_view path, Counts counts) const;
    template <class Each>
    void each_watch_of(std::string_view path, Each each) const;

    std::vector<Watch> watches_;
    Timing slowest_;
    Paths literals_;
    Paths bases_;
    NamedFiles names_;
};

// The selection for the entries of one directory: what depends on the directory is found out
// once, not for each of its files. Outlived by the selection.
class Selection::Here {
public:
    Here(const Selection& selection, std::string_view directory);

    [[nodiscard]] const std::string& directory() const { return directory_; }

    // `timing` is set for one of ours.
    Verdict judge(std::string_view name, Timing& timing) const;

private:
    void look(const Pattern& pattern);
    bool matches(const Pattern& pattern, std::string_view name, const bool*& here) const;
    bool any_matches(const std::vector<Pattern>& patterns, std::string_view name,
                     const bool*& here) const;

    const Selection& selection_;
    std::string directory_;
    std::unique_ptr<bool[]> here_; // for each pattern, in order: its directory part matches
    std::size_t count_ = 0;
};

} // namespace hotreload
