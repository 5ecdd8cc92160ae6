// SPDX-License-Identifier: LGPL-2.1-or-later
#include "config/paths.hpp"

#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstdint>
#include <filesystem>
#include <format>
#include <limits>

namespace hotreload {

namespace {

constexpr std::string_view kWildcards = "*?[]{}\\";

// What systemd gives to services that set no PATH of their own.
constexpr auto kPath = std::to_array<std::string_view>(
    {"/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"});

// An errno: 0 when it is a program.
int check_program(const std::string& path) {
    struct stat status = {};
    if (::stat(path.c_str(), &status) < 0)
        return errno;
    if (S_ISDIR(status.st_mode))
        return EISDIR;
    if (!S_ISREG(status.st_mode) || ::access(path.c_str(), X_OK) < 0)
        return EACCES;
    return 0;
}

// systemd needs no account for a number; -1 means nobody.
bool is_id(const std::string& name) {
    std::uint32_t number = 0;
    const auto parsed = std::from_chars(name.data(), name.data() + name.size(), number);
    return parsed.ec == std::errc() && parsed.ptr == name.data() + name.size() &&
           number != std::numeric_limits<std::uint32_t>::max();
}

} // namespace

std::string absolute_path(const std::string& directory, const std::string& path) {
    std::string out = (std::filesystem::path(directory) / path).lexically_normal().string();
    while (out.size() > 1 && out.ends_with('/'))
        out.pop_back();
    return out;
}

std::string escape_glob(std::string_view path) {
    std::string out;
    for (const char c : path) {
        if (kWildcards.contains(c))
            out += '\\';
        out += c;
    }
    return out;
}

std::string absolute_glob(const std::string& directory, const std::string& pattern) {
    // ".." can be resolved only in front of the wildcards: after "**" it has no one meaning.
    const std::size_t wildcard = pattern.find_first_of(kWildcards);
    const std::size_t slash =
        wildcard == std::string::npos ? std::string::npos : pattern.rfind('/', wildcard);
    if (wildcard == std::string::npos)
        return escape_glob(absolute_path(directory, pattern));
    const bool plain_start = slash != std::string::npos;
    const std::string start = plain_start ? pattern.substr(0, slash + 1) : "";
    const std::string rest = plain_start ? pattern.substr(slash + 1) : pattern;
    std::string base = escape_glob(absolute_path(directory, start));
    return (base.ends_with('/') ? base : base + '/') + rest;
}

Result<std::string> resolve_program(const std::string& directory, const std::string& name) {
    if (name.contains('/')) {
        std::string path = absolute_path(directory, name);
        const int error = name.ends_with('/') ? EISDIR : check_program(path);
        if (error == EACCES)
            return fail(ErrorCode::Invalid, std::format("{} is not executable", path));
        if (error != 0)
            return fail_errno(error, path);
        return path;
    }
    if (!find_program(name).empty())
        return name;
    const bool here = check_program(absolute_path(directory, name)) == 0;
    return fail(
        ErrorCode::NotFound,
        std::format("program \"{}\" is not in the service manager's PATH{}", name,
                    here ? std::format("; for the file of the project write \"./{}\"", name) : ""));
}

std::string find_program(const std::string& name) {
    if (name.contains('/'))
        return name;
    for (const auto directory : kPath)
        if (auto path = std::format("{}/{}", directory, name); check_program(path) == 0)
            return path;
    return "";
}

bool user_exists(const std::string& name) {
    return is_id(name) || ::getpwnam(name.c_str()) != nullptr;
}

bool group_exists(const std::string& name) {
    return is_id(name) || ::getgrnam(name.c_str()) != nullptr;
}

} // namespace hotreload
