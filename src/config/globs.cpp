// SPDX-License-Identifier: LGPL-2.1-or-later
#include "config/globs.hpp"

#include "config/paths.hpp"
#include "core/glob.hpp"

#include <algorithm>
#include <filesystem>
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

} // namespace

std::optional<std::string> read_glob(Reading& reading, const std::string& key,
                                     const std::string& pattern, bool anywhere) {
    const auto bad = [&](const std::string& why) {
        reading.problem(key, std::format("pattern \"{}\" {}", pattern, why));
        return std::nullopt;
    };
    if (pattern.empty())
        return bad("is empty");
    std::string absolute = anywhere && pattern.starts_with("**/")
                               ? pattern
                               : absolute_glob(reading.project.directory, pattern);
    auto glob = Glob::parse(pattern); // as it was written, so that the error quotes that
    if (glob)
        glob = Glob::parse(absolute);
    if (!glob) {
        reading.problem(key, glob.error().message);
        return {};
    }
    std::error_code error;
    const bool slash = pattern.ends_with('/');
    if (slash || (glob->literal() && std::filesystem::is_directory(glob->literal_path(), error)))
        return bad(std::format("is a directory; for the files in it write \"{}{}**\"", pattern,
                               slash ? "" : "/"));
    if (has_dot_component(absolute))
        return bad("has \".\" or \"..\" after a wildcard");
    return absolute;
}

void read_globs(Reading& reading, const Entry& entry, bool anywhere,
                std::vector<std::string>& globs) {
    const auto patterns = entry.texts();
    for (std::size_t i = 0; i < patterns.size(); ++i)
        if (auto glob =
                read_glob(reading, std::format("{}.{}", entry.key, i), patterns[i], anywhere))
            globs.push_back(std::move(*glob));
}

} // namespace hotreload
