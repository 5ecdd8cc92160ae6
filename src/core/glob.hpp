// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// The patterns of `watch` and `exclude`: `*` and `?` within one path component, `**` as a whole
// component for any number of them (none, too), `[abc]`, `[!a-z]`, `{a,b}`, and `\` before a
// character that means itself. A component with brackets matches what is called like it, too. A
// leading dot is matched like any other character.

#include "base/error.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace hotreload {

class Glob {
public:
    // Errors: Invalid (an unclosed bracket or brace, an empty pattern).
    static Result<Glob> parse(std::string_view pattern);

    [[nodiscard]] const std::string& pattern() const { return pattern_; }

    // The whole of `path` matches.
    [[nodiscard]] bool matches(std::string_view path) const;

    // Something below the directory `path` could match: whether it is worth descending.
    [[nodiscard]] bool may_match_below(std::string_view path) const;

    // A component of it is `name`, without wildcards.
    [[nodiscard]] bool has_component(std::string_view name) const;

    // The leading directories without wildcards: "/etc/nginx" of "/etc/nginx/**". For a literal,
    // its parent directory.
    [[nodiscard]] std::string base() const;

    // A literal has no wildcard in it: it names one file.
    [[nodiscard]] bool literal() const;

    // The file that a literal names, without the pattern's escapes.
    [[nodiscard]] std::string literal_path() const;

private:
    std::string pattern_;
    std::vector<std::vector<std::string>> alternatives_; // braces expanded, split at '/'
};

// The characters that mean something else than themselves in a pattern.
inline constexpr std::string_view kWildcards = "*?[]{}\\";

// The pattern that matches `path` and nothing else.
std::string escape_glob(std::string_view path);

} // namespace hotreload
