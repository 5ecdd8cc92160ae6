// SPDX-License-Identifier: LGPL-2.1-or-later
#include "watch/selection.hpp"

#include "watch/droppings.hpp"

#include <algorithm>

namespace hotreload::watch {

namespace {

std::string_view last_component(std::string_view path) {
    return path.substr(path.rfind('/') + 1);
}

Result<std::vector<Glob>> parse_all(const std::vector<std::string>& patterns) {
    std::vector<Glob> globs;
    for (const auto& pattern : patterns) {
        auto glob = Glob::parse(pattern);
        if (!glob)
            return std::unexpected(std::move(glob.error()));
        globs.push_back(*std::move(glob));
    }
    return globs;
}

bool any_matches(const std::vector<Glob>& globs, std::string_view path) {
    return std::ranges::any_of(globs, [&](const Glob& glob) { return glob.matches(path); });
}

} // namespace

Result<Selection> Selection::parse(const std::vector<WatchDefinition>& definitions) {
    Selection selection;
    for (const auto& definition : definitions) {
        auto files = parse_all(definition.files);
        if (!files)
            return std::unexpected(std::move(files.error()));
        auto exclude = parse_all(definition.exclude);
        if (!exclude)
            return std::unexpected(std::move(exclude.error()));
        selection.watches_.push_back(
            {*std::move(files),
             *std::move(exclude),
             {definition.debounce, std::max(definition.debounce, definition.debounce_max)}});
    }
    for (const auto& watch : selection.watches_) {
        selection.slowest_ = selection.slowest_.slower(watch.timing);
        for (const auto& glob : watch.files) {
            if (!glob.base().starts_with('/'))
                return fail(ErrorCode::Invalid,
                            "pattern \"" + glob.pattern() + "\": it is not absolute");
            const auto name = last_component(glob.pattern());
            if (name.find_first_of("*?[]{},\\") == std::string_view::npos)
                selection.names_.emplace(name);
            if (!glob.literal())
                selection.bases_.insert(glob.base());
        }
    }
    for (const auto& watch : selection.watches_)
        for (const auto& glob : watch.files)
            if (glob.literal() && selection.file(glob.literal_path()))
                selection.literals_.insert(glob.literal_path());
    return selection;
}

std::optional<Timing> Selection::file(std::string_view path) const {
    const auto name = last_component(path);
    if (is_dropping(name) && !names(name))
        return {};
    std::optional<Timing> timing;
    for (const auto& watch : watches_) {
        if (!any_matches(watch.files, path) || any_matches(watch.exclude, path))
            continue;
        timing = timing.value_or(watch.timing).slower(watch.timing);
    }
    return timing;
}

bool Selection::directory(std::string_view path) const {
    if (is_private_directory(last_component(path)))
        return false;
    return std::ranges::any_of(watches_, [&](const Watch& watch) {
        return std::ranges::any_of(watch.files,
                                   [&](const Glob& glob) {
                                       return !glob.literal() && glob.may_match_below(path);
                                   }) &&
               !any_matches(watch.exclude, path);
    });
}

bool Selection::names(std::string_view file_name) const {
    return names_.contains(file_name);
}

} // namespace hotreload::watch
