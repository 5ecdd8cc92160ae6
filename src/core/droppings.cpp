// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/droppings.hpp"

#include <algorithm>

namespace hotreload {

namespace {

struct Dropping {
    std::string_view prefix;
    std::string_view suffix;
    const char* whose;
    bool whole = false; // `prefix` is the whole name
};

constexpr Dropping kDroppings[] = {
    {"4913", "", "vim, to see whether it may create files", true},
    {"", ".swp", "vim, nano: swap file"},
    {"", ".swo", "vim: second swap file"},
    {"", ".swn", "vim: third swap file"},
    {"", ".swx", "vim, to see how swap files may be named"},
    {"", ".swpx", "vim, to see how swap files may be named"},
    {"", "~", "backup of most editors"},
    {".#", "", "emacs: lock, a dangling link"},
    {"#", "#", "emacs: auto save"},
    {"", ".tmp", "written, then renamed"},
    {"", ".dpkg-new", "dpkg, unpacked, then renamed"},
    {"", ".dpkg-tmp", "dpkg, unpacked, then renamed"},
    {".", ".kate-swp", "kate: swap file"},
    {"", "___jb_tmp___", "JetBrains, written, then renamed"},
    {"", "___jb_old___", "JetBrains: backup while it renames"},
    {".goutputstream-", "", "GLib, written, then renamed"},
    {".~lock.", "#", "LibreOffice: lock"},
    {".fuse_hidden", "", "FUSE: deleted and still open"},
    {".nfs", "", "NFS: deleted and still open"},
    {"", ".pyc", "Python: compiled"},
    {"", ".pyo", "Python: compiled"},
};

// Nearly every name is none by its first and last byte already.
struct Ends {
    bool first[256] = {};
    bool last[256] = {};
};
constexpr Ends kEnds = [] {
    Ends ends;
    for (const auto& each : kDroppings)
        if (each.prefix.empty())
            ends.last[static_cast<unsigned char>(each.suffix.back())] = true;
        else
            ends.first[static_cast<unsigned char>(each.prefix.front())] = true;
    return ends;
}();

// The list has no "target", "dist" or "build": those are names of configuration and of sources,
// too.
constexpr std::string_view kOfTools[] = {
    "__pycache__",  ".venv", ".tox",  ".nox",        ".pytest_cache", ".mypy_cache", ".ruff_cache",
    "node_modules", ".next", ".nuxt", ".svelte-kit", ".parcel-cache", ".turbo",
};
constexpr std::string_view kOfVersionControl[] = {".git", ".hg", ".svn", ".bzr", ".jj"};

} // namespace

bool is_dropping(std::string_view name) {
    if (name.empty() || (!kEnds.first[static_cast<unsigned char>(name.front())] &&
                         !kEnds.last[static_cast<unsigned char>(name.back())]))
        return false;
    return std::ranges::any_of(kDroppings, [&](const Dropping& each) {
        if (each.whole)
            return name == each.prefix;
        return name.size() > each.prefix.size() + each.suffix.size() - (each.suffix == "~") &&
               name.starts_with(each.prefix) && name.ends_with(each.suffix);
    });
}

bool is_private_directory(std::string_view name) {
    return is_version_control(name) || std::ranges::contains(kOfTools, name);
}

bool is_version_control(std::string_view name) {
    return std::ranges::contains(kOfVersionControl, name);
}

void NamedFiles::add(const Glob& pattern) {
    if (pattern.literal()) {
        const auto path = pattern.literal_path();
        names_.insert(path.substr(path.rfind('/') + 1));
        return;
    }
    const std::string_view text = pattern.pattern();
    auto name = text.substr(text.rfind('/') + 1);
    const bool any = name.starts_with('*');
    if (any)
        name.remove_prefix(1);
    if (name.find_first_of("*?[]{},\\") != std::string_view::npos)
        return;
    if (!any)
        names_.emplace(name);
    else if (is_dropping("x" + std::string(name)))
        suffixes_.emplace_back(name);
}

bool NamedFiles::contains(std::string_view name) const {
    return names_.contains(name) || std::ranges::any_of(suffixes_, [&](const std::string& suffix) {
               return name.size() > suffix.size() && name.ends_with(suffix);
           });
}

} // namespace hotreload
