// SPDX-License-Identifier: LGPL-2.1-or-later
#include "state/view_scope.hpp"

#include "core/paths.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <format>

namespace hotreload::state {

namespace {

// Directories of many programs, or of the kernel. A copy in the place of one would be more than
// anybody asked for, and a service could write nowhere in it.
bool is_everybodys(const std::string& path) {
    static const std::set<std::string, std::less<>> shared{
        "/",    "/bin",       "/boot",     "/dev",       "/dev/shm",   "/etc",       "/home",
        "/lib", "/lib64",     "/media",    "/mnt",       "/opt",       "/proc",      "/root",
        "/run", "/run/lock",  "/run/user", "/sbin",      "/srv",       "/sys",       "/tmp",
        "/usr", "/usr/bin",   "/usr/lib",  "/usr/lib64", "/usr/local", "/usr/sbin",  "/usr/share",
        "/var", "/var/cache", "/var/lib",  "/var/log",   "/var/run",   "/var/spool", "/var/tmp"};
    const auto parent = parent_of(path);
    return shared.contains(path) || parent == "/home" || parent == "/run/user";
}

// The directory of the first link on the way that has one of its own; `path` where there is none.
std::string before_links(const std::string& path) {
    const auto whole = path + "/";
    for (auto end = whole.find('/', 1); end != std::string::npos; end = whole.find('/', end + 1)) {
        struct stat status{};
        const auto way = whole.substr(0, end);
        if (::lstat(way.c_str(), &status) < 0)
            break;
        if (S_ISLNK(status.st_mode) && !is_everybodys(parent_of(way)))
            return parent_of(way);
    }
    return path;
}

bool covered_from_above(const std::set<std::string>& directories, const std::string& path) {
    for (auto above = parent_of(path);; above = parent_of(above)) {
        if (directories.contains(above))
            return true;
        if (above == "/")
            return false;
    }
}

} // namespace

bool ViewTargets::cover(const std::string& path) const {
    return files.contains(path) || covered_from_above(directories, path);
}

Result<ViewScope> ViewScope::parse(const std::vector<WatchDefinition>& watches) {
    auto selection = Selection::parse(watches);
    if (!selection)
        return std::unexpected(std::move(selection.error()));
    ViewScope scope;
    scope.selection_ = *std::move(selection);
    for (const auto* each : scope.selection_.patterns()) {
        if ((each->base() + "/").contains("/../"))
            return fail(ErrorCode::Invalid,
                        std::format("pattern \"{}\": write it without ..", each->pattern()));
        scope.ways_.insert(each->base());
    }
    return scope;
}

bool ViewScope::selects(const std::string& path) const {
    return selection_.first_watch(path).has_value();
}

bool ViewScope::descends(const std::string& path) const {
    return selection_.directory(path);
}

bool ViewScope::leads(const std::string& path) const {
    const auto below = ways_.lower_bound(join(path, ""));
    return ways_.contains(path) || (below != ways_.end() && at_or_below(*below, path));
}

Result<> ViewScope::add_target(const Glob& glob, ViewTargets& targets) const {
    const auto base = glob.base();
    if (!glob.literal() && is_everybodys(base))
        return fail(ErrorCode::Invalid,
                    std::format("pattern \"{}\": a private view cannot take the place of {}, which "
                                "is not this service's alone: name the files one by one, or keep "
                                "them in a directory of their own",
                                glob.pattern(), base));
    const auto path = glob.literal_path();
    if (!glob.literal())
        targets.directories.insert(before_links(base));
    else if (!selects(path))
        return {};
    else if (is_everybodys(base))
        targets.files.insert(path);
    else
        targets.directories.insert(before_links(base));
    return {};
}

Result<ViewTargets> ViewScope::targets() const {
    ViewTargets all;
    for (const auto* glob : selection_.patterns())
        if (auto added = add_target(*glob, all); !added)
            return std::unexpected(std::move(added.error()));
    ViewTargets outermost;
    for (const auto& each : all.directories)
        if (!covered_from_above(all.directories, each))
            outermost.directories.insert(each);
    for (const auto& each : all.files)
        if (!covered_from_above(all.directories, each))
            outermost.files.insert(each);
    return outermost;
}

} // namespace hotreload::state
