// SPDX-License-Identifier: LGPL-2.1-or-later
#include "config/globs.hpp"

#include "config/lookups.hpp"
#include "config/paths.hpp"
#include "core/glob.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <format>

namespace hotreload {

namespace {

bool has_dot_component(std::string_view pattern) {
    for (std::size_t start = 0; start <= pattern.size();) {
        const std::size_t end = std::min(pattern.find('/', start), pattern.size());
        const std::string_view component = pattern.substr(start, end - start);
        if (component == "." || component == "..")
            return true;
        start = end + 1;
    }
    return false;
}

// An exclude that names a directory is of what is in it, too.
std::optional<std::string> what_is_in(const std::string& pattern) {
    const auto last = pattern.substr(pattern.rfind('/') + 1);
    if (last.find_first_of("*?[]{}\\") != std::string::npos)
        return {};
    return pattern + "/**";
}

} // namespace

std::optional<std::string> read_path(Reading& reading, const std::string& key,
                                     const std::string& path) {
    const auto start = look_up_start(reading, path);
    if (start)
        return absolute_path(start->directory, start->rest);
    reading.problem(key, start.error().message);
    return {};
}

std::optional<std::string> read_glob(Reading& reading, const std::string& key,
                                     const std::string& pattern, bool anywhere) {
    const auto bad = [&](const std::string& why) {
        reading.problem(key, std::format("pattern \"{}\" {}", pattern, why));
        return std::nullopt;
    };
    if (pattern.empty())
        return bad("is empty");
    const auto start = look_up_start(reading, pattern);
    if (!start) {
        reading.problem(key, start.error().message);
        return {};
    }
    std::string absolute = anywhere && pattern.starts_with("**/")
                               ? pattern
                               : absolute_glob(start->directory, start->rest);
    auto glob = Glob::parse(pattern); // as it was written, so that the error quotes that
    if (glob)
        glob = Glob::parse(absolute);
    if (!glob) {
        reading.problem(key, glob.error().message);
        return {};
    }
    if (has_dot_component(absolute))
        return bad("has \".\" or \"..\" after a wildcard");
    if (anywhere) {
        while (absolute.size() > 1 && absolute.ends_with('/'))
            absolute.pop_back();
        return absolute;
    }
    const bool slash = pattern.ends_with('/');
    if (slash || (glob->literal() && look_up_type(reading, glob->literal_path()) == S_IFDIR))
        return bad(std::format("is a directory; for the files in it write \"{}{}**\"", pattern,
                               slash ? "" : "/"));
    return absolute;
}

void read_globs(Reading& reading, const Entry& entry, bool anywhere,
                std::vector<std::string>& globs) {
    const auto patterns = entry.texts();
    for (std::size_t i = 0; i < patterns.size(); ++i) {
        auto glob = read_glob(reading, std::format("{}.{}", entry.key, i), patterns[i], anywhere);
        if (!glob)
            continue;
        auto below = anywhere ? what_is_in(*glob) : std::nullopt;
        globs.push_back(*std::move(glob));
        if (below)
            globs.push_back(*std::move(below));
    }
}

} // namespace hotreload
