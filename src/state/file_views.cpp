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

constexpr std::size_t kMaxViewName = 200; // NAME_MAX, with something to spare for a temporary's

bool valid_view_name(std::string_view name) {
    return !name.empty() && name.size() <= kMaxViewName && !name.starts_with('.') &&
           name.find_first_of(std::string_view("/\0", 2)) == std::string_view::npos;
}

bool is_there(const std::string& path) {
    struct stat status{};
    return ::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
}

bool has_file_below(const Snapshot& snapshot, const std::string& path) {
    const auto next = snapshot.files.lower_bound(join(path, ""));
    return next != snapshot.files.end() && at_or_below(next->first, path);
}

} // namespace

FileViews::FileViews(std::string directory, Background& background, ContentHash hash, Astray astray)
    : directory_(std::move(directory)), background_(background), hash_(hash), astray_(astray) {
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

Task<Result<View>> FileViews::make(std::string name, std::vector<WatchDefinition> watches,
                                   Snapshot snapshot, Kept kept) {
    if (const int error = fault::point("view"))
        co_return fail_errno(error, "making a view");
    if (!valid_view_name(name))
        co_return fail(ErrorCode::Invalid, "not a name for a private view: " + name);
    const auto scope = ViewScope::parse(watches);
    if (!scope)
        co_return std::unexpected(scope.error());
    const auto targets = this->targets(*scope, snapshot);
    if (!targets)
        co_return std::unexpected(targets.error());
    auto plan = plan_view(*scope, *targets, snapshot, path_of(name) + "/live");
    if (!plan)
        co_return std::unexpected(std::move(plan.error()));
    if (auto made = make_passable(directory_); !made)
        co_return std::unexpected(std::move(made.error()));
    const auto place = path_of("." + name + ".tmp");
    const auto build = std::make_shared<ViewBuild>(place, true, hash_, *std::move(plan), *targets);
    if (auto built = co_await run(build, std::move(kept)); !built)
        co_return std::unexpected(std::move(built.error()));
    remove(name);
    if (::rename(place.c_str(), path_of(name).c_str()) < 0)
        co_return fail_errno(errno, "renaming " + place);
    co_return view_of(name, *targets);
}

Task<Result<>> FileViews::update(std::string name, std::vector<WatchDefinition> watches,
                                 Snapshot snapshot, Kept kept) {
    if (const int error = fault::point("view"))
        co_return fail_errno(error, "making a view");
    const auto targets = valid_view_name(name) ? read_targets(path_of(name)) : std::nullopt;
    if (!targets)
        co_return fail(ErrorCode::NotFound, "there is no private view " + name);
    const auto scope = ViewScope::parse(watches);
    if (!scope)
        co_return std::unexpected(scope.error());
    for (const auto& each : targets->files)
        if (!snapshot.files.contains(each))
            co_return fail(ErrorCode::Failed,
                           each +
                               " is shown by itself, as its directory is not this service's alone, "
                               "and cannot go: the service has to be started anew");
    auto plan = plan_view(*scope, *targets, snapshot, path_of(name) + "/live");
    if (!plan)
        co_return std::unexpected(std::move(plan.error()));
    const auto build =
        std::make_shared<ViewBuild>(path_of(name), false, hash_, *std::move(plan), *targets);
    co_return co_await run(build, std::move(kept));
}

// A second pass is enough: all that the first one missed is given then, or known not to be there.
Task<Result<>> FileViews::run(std::shared_ptr<ViewBuild> build, Kept kept) {
    co_await background_.run([build] { build->run(); });
    const auto missed = build->take_missed();
    for (const auto& id : missed)
        build->give(id, kept ? kept(id) : std::nullopt);
    if (!missed.empty())
        co_await background_.run([build] { build->run(); });
    co_return build->result();
}

std::optional<View> FileViews::find(const std::string& name) {
    if (!valid_view_name(name))
        return std::nullopt;
    const auto targets = read_targets(path_of(name));
    if (!targets)
        return std::nullopt;
    return view_of(name, *targets);
}

// The view is gone from its name at once.
void FileViews::remove(const std::string& name) {
    if (!valid_view_name(name))
        return;
    const auto aside = path_of(std::format(".gone-{}.tmp", ++removed_));
    if (::rename(path_of(name).c_str(), aside.c_str()) < 0)
        return;
    auto removal = background_.run([aside] { remove_tree(aside); });
    removal.start(); // nobody waits for its end
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
