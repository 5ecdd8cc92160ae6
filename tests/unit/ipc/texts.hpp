// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Texts of the source, which tests hold against each other.

#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>
#include <string>

namespace hotreload::ipc {

inline std::string read_file(const std::filesystem::path& path) {
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
}

// What the groups of the pattern match, each time; two with a space between them.
inline std::set<std::string> found_in(const std::string& text, const std::string& pattern) {
    const std::regex regex(pattern);
    std::set<std::string> found;
    for (std::sregex_iterator each(text.begin(), text.end(), regex), end; each != end; ++each)
        found.insert((*each)[1].str() + (each->size() > 2 ? " " + (*each)[2].str() : ""));
    return found;
}

} // namespace hotreload::ipc
