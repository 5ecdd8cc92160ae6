// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/selection.hpp"

#include "core/paths.hpp"

#include <algorithm>

namespace hotreload {

namespace {

std::string_view last_component(std::string_view path) {
    return path.substr(path.rfind('/') + 1);
}

template <class Pattern>
Result<std::vector<Pattern>> parse_all(const std::vector<std::string>& patterns) {
    std::vector<Pattern> globs;
    for (const auto& pattern : patterns) {
        auto glob = Glob::parse(pattern);
        if (!glob)
            return std::unexpected(std::move(glob.error()));
        globs.emplace_back(*std::move(glob));
    }
    return globs;
}

// The first that matches; nullptr: none.
template <class Pattern>
const Pattern* first_match(const std::vector<Pattern>& patterns, std::string_view path) {
    const auto found = std::ranges::find_if(
        patterns, [&](const Pattern& each) { return each.glob.matches(path); });
    return found == patterns.end() ? nullptr : &*found;
}

} // namespace

Selection::Pattern::Pattern(Glob pattern) : glob(std::move(pattern)) {
    const std::string_view text = glob.pattern();
    const auto name = last_component(text);
    if (name.empty() || name == "." || text.size() == name.size())
        return;
    if (name == "**") {
        if (text.ends_with("/**/**"))
            return;
        auto parsed = Glob::parse(text.substr(0, text.size() - 3));
        if (!parsed)
            return;
        tail = Tail::All;
        above.emplace_back(*std::move(parsed));
        return;
    }
    if (name.find_first_of("?[]{},\\") != std::string_view::npos)
        return;
    const auto wildcard = name.find('*');
    star = wildcard != std::string_view::npos;
    if (star && name.rfind('*') != wildcard)
        return;
    tail = Tail::Name;
    prefix = name.substr(0, wildcard);
    suffix = star ? name.substr(wildcard + 1) : "";
}

Result<Selection> Selection::parse(const std::vector<WatchDefinition>& definitions) {
    Selection selection;
    for (const auto& definition : definitions) {
        auto files = parse_all<Pattern>(definition.files);
        if (!files)
            return std::unexpected(std::move(files.error()));
        auto exclude = parse_all<Pattern>(definition.exclude);
        if (!exclude)
            return std::unexpected(std::move(exclude.error()));
        selection.watches_.push_back(
            {*std::move(files),
             *std::move(exclude),
             {definition.debounce, std::max(definition.debounce, definition.debounce_max)}});
    }
    for (const auto& watch : selection.watches_) {
        selection.slowest_ = selection.slowest_.slower(watch.timing);
        for (const auto& pattern : watch.files) {
            const auto& glob = pattern.glob;
            if (!glob.base().starts_with('/'))
                return fail(ErrorCode::Invalid,
                            "pattern \"" + glob.pattern() + "\": it is not absolute");
            selection.names_.add(glob);
            if (!glob.literal())
                selection.bases_.insert(glob.base());
        }
    }
    for (const auto& watch : selection.watches_)
        for (const auto& each : watch.files)
            if (const auto path = each.glob.literal_path();
                each.glob.literal() && !first_match(watch.exclude, path))
                selection.literals_.insert(path);
    return selection;
}

// Calls `each` with the place and the definition of every watch that the file belongs to, until
// it returns false.
template <class Each>
void Selection::each_watch_of(std::string_view path, Each each) const {
    if (left_by_a_tool(last_component(path)))
        return;
    std::optional<bool> reached; // asked for once a pattern matches: most paths match none
    for (std::size_t i = 0; i < watches_.size(); ++i) {
        const auto& watch = watches_[i];
        if (!first_match(watch.files, path) || first_match(watch.exclude, path))
            continue;
        if (!reached)
            reached = literals_.contains(path) || stopped_at(path).empty();
        if (!*reached || !each(i, watch))
            return;
    }
}

std::optional<Timing> Selection::file(std::string_view path) const {
    std::optional<Timing> timing;
    each_watch_of(path, [&](std::size_t, const Watch& watch) {
        timing = timing.value_or(watch.timing).slower(watch.timing);
        return true;
    });
    return timing;
}

std::optional<std::size_t> Selection::first_watch(std::string_view path) const {
    std::optional<std::size_t> first;
    each_watch_of(path, [&](std::size_t place, const Watch&) {
        first = place;
        return false;
    });
    return first;
}

std::vector<const Glob*> Selection::patterns() const {
    std::vector<const Glob*> all;
    for (const auto& watch : watches_)
        for (const auto& pattern : watch.files)
            all.push_back(&pattern.glob);
    return all;
}

// A pattern that counts leads below the directory.
template <class Counts>
bool Selection::leads_below(std::string_view path, Counts counts) const {
    const auto name = last_component(path);
    const bool is_private = is_private_directory(name);
    return std::ranges::any_of(watches_, [&](const Watch& watch) {
        return std::ranges::any_of(watch.files,
                                   [&](const Pattern& each) {
                                       return !each.glob.literal() && counts(each.glob) &&
                                              each.glob.may_match_below(path) &&
                                              (!is_private || each.glob.has_component(name));
                                   }) &&
               !first_match(watch.exclude, path);
    });
}

bool Selection::directory(std::string_view path) const {
    return leads_below(path, [](const Glob&) { return true; });
}

bool Selection::directory_at_a_depth(std::string_view path) const {
    return leads_below(path, [](const Glob& glob) { return !glob.has_component("**"); });
}

// The name is a dropping, and no pattern asks for it.
bool Selection::left_by_a_tool(std::string_view file_name) const {
    return is_dropping(file_name) && !names_.contains(file_name);
}

// The outermost directory that ends each walk to `path`; empty: a walk comes to it. A walk begins
// at the nearest base above and looks at nothing above that.
std::string_view Selection::stopped_at(std::string_view path) const {
    std::string_view stopped;
    for (auto end = path.rfind('/'); end != std::string_view::npos && end > 0;
         end = path.rfind('/', end - 1)) {
        const auto above = path.substr(0, end);
        if (bases_.contains(above))
            break;
        const bool ends_walks = is_private_directory(last_component(above)) ||
                                std::ranges::any_of(watches_, [&](const Watch& watch) {
                                    return first_match(watch.exclude, above) != nullptr;
                                });
        if (ends_walks && !directory(above))
            stopped = above;
    }
    return stopped;
}

PathMatch Selection::explain(std::string_view path) const {
    PathMatch match;
    const auto name = last_component(path);
    const auto stopped = literals_.contains(path) ? "" : stopped_at(path);
    if (left_by_a_tool(name))
        match.built_in = std::string("left by an editor or a tool (").append(name).append(")");
    for (const auto& watch : watches_) {
        auto& one = match.watches.emplace_back();
        const auto* pattern = first_match(watch.files, path);
        if (!pattern)
            continue;
        one.pattern = pattern->glob.pattern();
        const auto* exclude = first_match(watch.exclude, path);
        if (!exclude && is_private_directory(last_component(stopped)))
            match.built_in = std::string("in ")
                                 .append(last_component(stopped))
                                 .append(", which is not looked into");
        else if (!exclude && !stopped.empty())
            exclude = first_match(watch.exclude, stopped);
        if (exclude)
            one.excluded_by = exclude->glob.pattern();
    }
    match.watched = first_watch(path).has_value();
    return match;
}

Selection::Here::Here(const Selection& selection, std::string_view directory)
    : selection_(selection), directory_(directory) {
    std::size_t patterns = 0;
    for (const auto& watch : selection.watches_)
        patterns += watch.files.size() + watch.exclude.size();
    here_ = std::make_unique<bool[]>(2 * patterns); // with `above` at most
    for (const auto& watch : selection.watches_) {
        for (const auto& pattern : watch.files)
            look(pattern);
        for (const auto& pattern : watch.exclude)
            look(pattern);
    }
}

void Selection::Here::look(const Pattern& pattern) {
    switch (pattern.tail) {
    case Pattern::Tail::Any:
        here_[count_++] = true;
        break;
    case Pattern::Tail::Name: {
        auto name = pattern.prefix;
        if (pattern.star)
            name.append("x").append(pattern.suffix);
        here_[count_++] = pattern.glob.matches(join(directory_, name));
        break;
    }
    case Pattern::Tail::All:
        here_[count_++] = pattern.glob.matches(directory_);
        look(pattern.above.front());
        break;
    }
}

bool Selection::Here::matches(const Pattern& pattern, std::string_view name,
                              const bool*& here) const {
    const bool directory_matches = *here++;
    switch (pattern.tail) {
    case Pattern::Tail::Any:
        return pattern.glob.matches(join(directory_, name));
    case Pattern::Tail::Name:
        if (!directory_matches)
            return false;
        return pattern.star ? name.size() >= pattern.prefix.size() + pattern.suffix.size() &&
                                  name.starts_with(pattern.prefix) && name.ends_with(pattern.suffix)
                            : name == pattern.prefix;
    case Pattern::Tail::All:
        return matches(pattern.above.front(), name, here) || directory_matches;
    }
    return false;
}

bool Selection::Here::any_matches(const std::vector<Pattern>& patterns, std::string_view name,
                                  const bool*& here) const {
    bool any = false; // all are gone through: `here` must come to the end of them
    for (const auto& each : patterns)
        any = matches(each, name, here) || any;
    return any;
}

Selection::Verdict Selection::Here::judge(std::string_view name, Timing& timing) const {
    if (selection_.left_by_a_tool(name))
        return Verdict::Dropping;
    auto verdict = Verdict::NoPattern;
    const bool* here = here_.get();
    for (const auto& watch : selection_.watches_) {
        const bool wanted = any_matches(watch.files, name, here);
        const bool excluded = any_matches(watch.exclude, name, here);
        if (wanted && excluded && verdict == Verdict::NoPattern)
            verdict = Verdict::Excluded;
        if (!wanted || excluded)
            continue;
        timing = verdict == Verdict::Ours ? timing.slower(watch.timing) : watch.timing;
        verdict = Verdict::Ours;
    }
    return verdict;
}

} // namespace hotreload
