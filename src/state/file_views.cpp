// SPDX-License-Identifier: LGPL-2.1-or-later
#include "state/file_views.hpp"

#include "base/fault.hpp"
#include "core/paths.hpp"
#include "state/files.hpp"
#include "state/view_scope.hpp"
#include "state/view_tree.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <format>

namespace hotreload::state {

namespace {

constexpr auto kTargets = "targets";
constexpr std::size_t kMaxViewName = 200; // NAME_MAX, with something to spare for a temporary's

bool valid_view_name(std::string_view name) {
    return !name.empty() && name.size() <= kMaxViewName && !name.starts_with('.') &&
           name.find_first_of(std::string_view("/\0", 2)) == std::string_view::npos;
}

void remove_tree(const std::string& path) {
    std::error_code ignored; // it is found again, by names() or at the next start
    std::filesystem::remove_all(path, ignored);
}

// Whatever our umask is: services' users get through.
Result<> make_passable(const std::string& path) {
    if (::mkdir(path.c_str(), 0755) < 0 && errno != EEXIST)
        return fail_errno(errno, "making " + path);
    if (::chmod(path.c_str(), 0755) < 0)
        return fail_errno(errno, "making " + path);
    return {};
}

// `below` and the directories that lead to it, in `root`.
Result<> make_mount_point(const std::string& root, const std::string& below) {
    auto made = make_passable(root);
    for (auto end = below.find('/', 1); made; end = below.find('/', end + 1)) {
        made = make_passable(root + below.substr(0, end));
        if (end == std::string::npos)
            break;
    }
    return made;
}

bool is_there(const std::string& path) {
    struct stat status{};
    return ::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
}

bool has_file_below(const Snapshot& snapshot, const std::string& path) {
    const auto next = snapshot.files.lower_bound(join(path, ""));
    return next != snapshot.files.end() && at_or_below(next->first, path);
}

// Targets are enough to tell all binds by. A path may have a newline in it, and no NUL.
std::string targets_text(const ViewTargets& targets) {
    std::string text;
    for (const auto& each : targets.directories)
        text.append("d").append(each).push_back('\0');
    for (const auto& each : targets.files)
        text.append("f").append(each).push_back('\0');
    return text;
}

ViewTargets targets_from(std::string_view text) {
    ViewTargets targets;
    for (auto end = text.find('\0'); end != std::string_view::npos; end = text.find('\0')) {
        if (end > 0)
            (text.front() == 'd' ? targets.directories : targets.files)
                .emplace(text.substr(1, end - 1));
        text.remove_prefix(end + 1);
    }
    return targets;
}

Fd open_view(const std::string& path) {
    return Fd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
}

std::optional<ViewTargets> read_targets(const std::string& path) {
    const auto view = open_view(path);
    if (!view)
        return std::nullopt;
    const auto text = read_file(view.get(), kTargets);
    if (!text)
        return std::nullopt;
    return targets_from(*text);
}

} // namespace

FileViews::FileViews(std::string directory, ContentHash hash, Astray astray)
    : directory_(std::move(directory)), hash_(hash), astray_(astray) {
    if (!make_passable(directory_))
        return; // make() says so
    if (const auto found = list_files(open_view(directory_).get()))
        for (const auto& name : *found)
            if (is_temporary(name))
                remove_tree(join(directory_, name));
}

std::string FileViews::path_of(const std::string& name) const {
    return join(directory_, name);
}

std::optional<std::string> FileViews::why_unbound(const ViewTargets& targets) const {
    if (!astray_)
        return std::nullopt;
    for (const auto* each : {&targets.directories, &targets.files})
        for (const auto& target : *each)
            if (auto why = astray_(target))
                return std::format("{}, who could have it shown in another place", *why);
    return std::nullopt;
}

View FileViews::view_of(const std::string& name, const ViewTargets& targets) const {
    const auto files = path_of(name) + "/files";
    const auto live = path_of(name) + "/live";
    View view{.directory = files};
    if (auto why = why_unbound(targets)) {
        view.unbound = *std::move(why);
        return view;
    }
    for (const auto& each : targets.directories) {
        view.binds.push_back({files + each, each});
        view.binds.push_back({each, live + each, true});
    }
    for (const auto& each : targets.files)
        view.binds.push_back({files + each, each});
    return view;
}

// The targets that are there to be bound: systemd would make a directory that is not there.
Result<ViewTargets> FileViews::targets(const ViewScope& scope, const Snapshot& snapshot) const {
    auto targets = scope.targets();
    if (!targets)
        return targets;
    for (const auto& each : targets->directories)
        if (at_or_below(directory_, each))
            return fail(ErrorCode::Invalid,
                        "a private view of " + each + " would hold itself: watch files elsewhere");
    std::erase_if(targets->directories, [&](const std::string& each) {
        return !is_there(each) && !has_file_below(snapshot, each);
    });
    std::erase_if(targets->files,
                  [&](const std::string& each) { return !snapshot.files.contains(each); });
    return targets;
}

Result<> FileViews::build(const std::string& place, const std::string& name, const Kept& kept,
                          ViewNode plan, const ViewTargets& targets) {
    for (const auto& each : {place, place + "/files", place + "/live"})
        if (auto made = make_passable(each); !made)
            return made;
    for (const auto& each : targets.directories)
        if (auto made = make_mount_point(place + "/live", each); !made)
            return made;
    const auto view = open_view(place);
    if (!view)
        return fail_errno(errno, "opening " + place);
    {
        ViewWriter writer(view.get(), hash_, &kept);
        auto written = writer.stage(plan).and_then([&] { return writer.commit(plan); });
        if (!written)
            return written;
    }
    if (auto written = replace_file(view.get(), kTargets, targets_text(targets)); !written)
        return written;
    remove(name);
    if (::rename(place.c_str(), path_of(name).c_str()) < 0)
        return fail_errno(errno, "renaming " + place);
    return {};
}

Result<View> FileViews::make(const std::string& name, const std::vector<WatchDefinition>& watches,
                             const Snapshot& snapshot, const Kept& kept) {
    if (const int error = fault::point("view"))
        return fail_errno(error, "making a view");
    if (!valid_view_name(name))
        return fail(ErrorCode::Invalid, "not a name for a private view: " + name);
    const auto scope = ViewScope::parse(watches);
    if (!scope)
        return std::unexpected(scope.error());
    const auto targets = this->targets(*scope, snapshot);
    if (!targets)
        return std::unexpected(targets.error());
    auto plan = plan_view(*scope, *targets, snapshot, path_of(name) + "/live");
    if (!plan)
        return std::unexpected(std::move(plan.error()));
    if (auto made = make_passable(directory_); !made)
        return std::unexpected(std::move(made.error()));
    const auto place = path_of("." + name + ".tmp");
    remove_tree(place);
    if (auto built = build(place, name, kept, *std::move(plan), *targets); !built) {
        remove_tree(place);
        return std::unexpected(std::move(built.error()));
    }
    return view_of(name, *targets);
}

Result<> FileViews::update(const std::string& name, const std::vector<WatchDefinition>& watches,
                           const Snapshot& snapshot, const Kept& kept) {
    if (const int error = fault::point("view"))
        return fail_errno(error, "making a view");
    const auto targets = valid_view_name(name) ? read_targets(path_of(name)) : std::nullopt;
    if (!targets)
        return fail(ErrorCode::NotFound, "there is no private view " + name);
    const auto scope = ViewScope::parse(watches);
    if (!scope)
        return std::unexpected(scope.error());
    for (const auto& each : targets->files)
        if (!snapshot.files.contains(each))
            return fail(ErrorCode::Failed,
                        each + " is shown by itself, as its directory is not this service's alone, "
                               "and cannot go: the service has to be started anew");
    auto plan = plan_view(*scope, *targets, snapshot, path_of(name) + "/live");
    if (!plan)
        return std::unexpected(std::move(plan.error()));
    const auto view = open_view(path_of(name));
    if (!view)
        return fail_errno(errno, "opening " + path_of(name));
    ViewWriter writer(view.get(), hash_, &kept);
    return writer.stage(*plan).and_then([&] { return writer.commit(*plan); });
}

std::optional<View> FileViews::find(const std::string& name) {
    if (!valid_view_name(name))
        return std::nullopt;
    const auto targets = read_targets(path_of(name));
    if (!targets)
        return std::nullopt;
    return view_of(name, *targets);
}

void FileViews::remove(const std::string& name) {
    if (valid_view_name(name))
        remove_tree(path_of(name));
}

std::vector<std::string> FileViews::names() const {
    const auto view = open_view(directory_);
    auto found = view ? list_files(view.get()) : Result<std::vector<std::string>>();
    if (!found)
        return {};
    std::erase_if(*found, [](const std::string& name) { return !valid_view_name(name); });
    return *std::move(found);
}

} // namespace hotreload::state
