// SPDX-License-Identifier: LGPL-2.1-or-later
#include "config/paths.hpp"

#include "base/ascii.hpp"
#include "base/duration.hpp"
#include "core/glob.hpp"
#include "os/accounts.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <format>
#include <ranges>

namespace hotreload {

namespace {

// The PATH that systemd gives to services without one of their own, where it looks for programs,
// too.
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

// The reason why an account was not found.
std::string why_unfound(os::SystemAccounts::Unfound why, std::string_view kind,
                        const std::string& name) {
    if (why == os::SystemAccounts::Unfound::Absent)
        return std::format("there is no {} \"{}\"", kind, name);
    return std::format("{} \"{}\" could not be looked up within {}", kind, name,
                       format_duration(os::SystemAccounts::kLimit));
}

// The reason why home_of() found none.
std::string why_no_home(const std::string& user) {
    const std::string advice = "has no home directory: write the path itself";
    if (user.empty())
        return "this user " + advice;
    auto& accounts = os::system_accounts();
    const auto account = accounts.user(user);
    if (account || (account.error() == os::SystemAccounts::Unfound::Absent &&
                    accounts.user_id(user))) // a number needs no account
        return std::format("user \"{}\" {}", user, advice);
    return why_unfound(account.error(), "user", user);
}

// The path stays as it is when it is made absolute: no "//", "." or "..", no slash at the end.
bool is_absolute_and_plain(std::string_view path) {
    return path.starts_with('/') && path.size() > 1 && !path.ends_with('/') &&
           !path.ends_with("/.") && !path.ends_with("/..") && !path.contains("//") &&
           !path.contains("/./") && !path.contains("/../");
}

// Why a path is not meant as it stands: it is another program that would replace a part of it.
std::optional<std::string> replaced_elsewhere(std::string_view path) {
    const auto first = path.substr(0, path.find('/'));
    if (path.starts_with("$HOME/") || path.starts_with("${HOME}/") || path.starts_with("%h/"))
        return std::format("\"{}\": \"{}\" is not replaced in a path: write \"~{}\"", path, first,
                           path.substr(first.size()));
    if (first.size() > 1 && first.front() == '~')
        return std::format("\"{}\": \"{}\" is not replaced in a path, only \"~/\" is: write the "
                           "directory itself",
                           path, first);
    const bool variable = first.size() > 1 && first.front() == '$' && first.size() < path.size() &&
                          (is_letter(first[1]) || first[1] == '_' || first[1] == '{');
    if (variable || path.contains("${"))
        return std::format("\"{}\": variables are not replaced in a path: write its value", path);
    if (first.size() == 2 && first.front() == '%' && is_letter(first[1]))
        return std::format("\"{}\": specifiers are not replaced in a path: write its value", path);
    return {};
}

// Directories into which people's tools put programs, and which no manager's PATH has.
constexpr auto kPlacesOfProjects =
    std::to_array<std::string_view>({"bin", ".venv/bin", "venv/bin", "node_modules/.bin"});
constexpr auto kPlacesOfUsers = std::to_array<std::string_view>(
    {".local/bin", "bin", ".cargo/bin", "go/bin", ".bun/bin", ".deno/bin", ".volta/bin",
     ".asdf/shims", ".local/share/mise/shims", ".pyenv/shims", ".rbenv/shims"});
constexpr std::string_view kNodeVersions = ".nvm/versions/node";

} // namespace

std::string absolute_path(const std::string& directory, const std::string& path) {
    if (is_absolute_and_plain(path))
        return path;
    std::string out = (std::filesystem::path(directory) / path).lexically_normal().string();
    while (out.size() > 1 && out.ends_with('/'))
        out.pop_back();
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

std::optional<std::string> home_of(const std::string& user) {
    const auto account =
        os::system_accounts().user(user.empty() ? std::to_string(::geteuid()) : user);
    if (account && account->home.starts_with('/'))
        return account->home;
    const char* const home = user.empty() ? std::getenv("HOME") : nullptr;
    if (home != nullptr && *home == '/')
        return home;
    return {};
}

Result<PathStart> start_of_path(const std::string& directory, const std::string& user,
                                const std::string& path) {
    if (auto why = replaced_elsewhere(path))
        return fail(ErrorCode::Invalid, *std::move(why));
    if (path != "~" && !path.starts_with("~/"))
        return PathStart{directory, path};
    auto home = home_of(user);
    if (!home)
        return fail(ErrorCode::Invalid, std::format("\"{}\": {}", path, why_no_home(user)));
    return PathStart{*std::move(home), path.size() > 2 ? path.substr(2) : "."};
}

int Programs::check(const std::string& path) {
    const auto [known, is_new] = known_.try_emplace(path);
    if (is_new)
        known->second = check_program(path);
    return known->second;
}

bool Programs::has(std::string_view directory, std::string_view name) {
    return check(std::format("{}/{}", directory, name)) == 0;
}

std::optional<std::string> Programs::place_of(const ProgramPlaces& places,
                                              const std::string& name) {
    for (const std::string_view each : kPlacesOfProjects)
        if (has(std::format("{}/{}", places.directory, each), name))
            return std::string(each);
    const auto home = home_of(places.user);
    for (const std::string_view each : kPlacesOfUsers)
        if (home && has(std::format("{}/{}", *home, each), name))
            return std::format("~/{}", each);
    std::error_code error;
    if (home)
        for (const auto& version :
             std::filesystem::directory_iterator(std::format("{}/{}", *home, kNodeVersions), error))
            if (has((version.path() / "bin").string(), name))
                return std::format("~/{}/{}/bin", kNodeVersions,
                                   version.path().filename().string());
    // The caller's own: of a shell, when somebody checks a file.
    const char* const variable = std::getenv("PATH");
    for (const auto part : std::views::split(std::string_view(variable ? variable : ""), ':'))
        if (const std::string_view each(part.begin(), part.end());
            each.starts_with('/') && has(each, name))
            return std::string(each);
    return {};
}

std::string Programs::where_it_is(const ProgramPlaces& places, const std::string& name) {
    const auto place = place_of(places, name);
    return place ? std::format("; it is in {0}: write path = [\"{0}\"] in [project]", *place)
                 : "; write its path, or where it is: path = [\"DIRECTORY\"] in [project]";
}

Result<std::string> Programs::resolve(const ProgramPlaces& places, const std::string& name) {
    if (name.contains('/') || name.starts_with('~')) {
        const auto start = start_of_path(places.directory, places.user, name);
        if (!start)
            return std::unexpected(start.error());
        std::string path = absolute_path(start->directory, start->rest);
        const int error = name.ends_with('/') ? EISDIR : check(path);
        if (error == EACCES)
            return fail(ErrorCode::Invalid, std::format("{} is not executable", path));
        if (error != 0)
            return fail_errno(error, path);
        return path;
    }
    for (const std::string& each : places.path)
        if (auto path = std::format("{}/{}", each, name); check(path) == 0)
            return path;
    if (std::ranges::any_of(kPath, [&](std::string_view each) { return has(each, name); }))
        return name;
    const bool here = has(places.directory, name);
    return fail(ErrorCode::NotFound,
                std::format("there is no program \"{}\" in {}{}", name, path_variable(places.path),
                            here ? std::format("; for the file of the project write \"./{}\"", name)
                                 : where_it_is(places, name)));
}

std::string Programs::find(const std::string& name) {
    if (name.contains('/'))
        return name;
    for (const auto directory : kPath)
        if (auto path = std::format("{}/{}", directory, name); check(path) == 0)
            return path;
    return "";
}

std::string path_variable(const std::vector<std::string>& path) {
    std::string value;
    for (const std::string& each : path)
        value += each + ":";
    for (const std::string_view each : kPath)
        value += std::format("{}{}", each, each == kPath.back() ? "" : ":");
    return value;
}

std::optional<std::string> why_no_user(const std::string& name) {
    const auto id = os::system_accounts().user_id(name);
    return id ? std::nullopt : std::optional(why_unfound(id.error(), "user", name));
}

std::optional<std::string> why_no_group(const std::string& name) {
    const auto id = os::system_accounts().group_id(name);
    return id ? std::nullopt : std::optional(why_unfound(id.error(), "group", name));
}

} // namespace hotreload
