// SPDX-License-Identifier: LGPL-2.1-or-later
#include "state/view_tree.hpp"

#include "core/paths.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <format>
#include <memory>

namespace hotreload::state {

namespace {

class ViewPlanner {
public:
    ViewPlanner(const ViewScope& scope, std::string live) : scope_(scope), live_(std::move(live)) {
        root_.live = "/";
    }

    // The node at the path, with the directories that lead to it.
    Result<ViewNode*> at(const std::string& path) {
        ViewNode* node = &root_;
        for (std::size_t from = 1; from < path.size();) {
            const auto end = std::min(path.find('/', from), path.size());
            const auto [child, is_new] = node->children.try_emplace(path.substr(from, end - from));
            if (is_new) {
                child->second.live = path.substr(0, end);
                if (auto counted = count(); !counted)
                    return std::unexpected(std::move(counted.error()));
            }
            node = &child->second;
            from = end + 1;
        }
        return node;
    }

    Result<> add_file(const std::string& path, const ContentId& id, bool alone) {
        size_ += id.size;
        if (size_ > kMaxViewSize)
            return too_much("is larger than 256 MiB");
        auto node = at(path);
        if (!node)
            return std::unexpected(std::move(node.error()));
        (*node)->kind = ViewNode::Kind::File;
        (*node)->id = id;
        (*node)->alone = alone;
        return {};
    }

    // Adds what is beside the files, on disk.
    Result<> surround(ViewNode& node) {
        const std::unique_ptr<DIR, int (*)(DIR*)> stream(::opendir(node.live.c_str()), ::closedir);
        if (!stream) {
            if (errno == ENOENT || errno == ENOTDIR)
                return {}; // it has gone meanwhile
            return fail_errno(errno, "listing " + node.live);
        }
        while (const dirent* entry = ::readdir(stream.get())) {
            const std::string name = entry->d_name;
            if (name == "." || name == "..")
                continue;
            if (auto added = add_entry(node, name, ::dirfd(stream.get())); !added)
                return added;
        }
        return {};
    }

    ViewNode take() && { return std::move(root_); }

private:
    Result<> count() {
        if (++entries_ > kMaxViewEntries)
            return too_much("has more than 10 000 entries");
        return {};
    }

    static std::unexpected<Error> too_much(std::string_view what) {
        return fail(ErrorCode::Failed,
                    std::format("a private view of the watched files {}, counting what is beside "
                                "them: watch fewer, exclude directories that are no configuration, "
                                "or keep the files in a directory of their own",
                                what));
    }

    Result<> add_entry(ViewNode& node, const std::string& name, int directory) {
        const auto path = join(node.live, name);
        const auto known = node.children.find(name);
        if (known != node.children.end() && known->second.kind == ViewNode::Kind::File)
            return {};
        struct stat status{};
        struct stat followed{};
        if (::fstatat(directory, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) < 0)
            return {};
        const bool leads_anywhere = ::fstatat(directory, name.c_str(), &followed, 0) == 0;
        const bool on_the_way = known != node.children.end() || scope_.leads(path);
        if (on_the_way ? leads_anywhere && S_ISDIR(followed.st_mode)
                       : S_ISDIR(status.st_mode) && scope_.descends(path))
            return add_directory(path);
        if (known != node.children.end())
            return {};
        const bool is_file = leads_anywhere ? S_ISREG(followed.st_mode) : S_ISLNK(status.st_mode);
        if (is_file && scope_.selects(path))
            return {}; // it came later, or is not whole yet
        return add_neighbour(path, status.st_mode);
    }

    Result<> add_directory(const std::string& path) {
        auto node = at(path);
        if (!node)
            return std::unexpected(std::move(node.error()));
        const bool empty = (*node)->children.empty();
        auto surrounded = surround(**node);
        if (surrounded || !empty || surrounded.error().code != ErrorCode::NotAuthorized)
            return surrounded;
        link(**node, live_ + path); // what we cannot list, no watch of ours sees
        return {};
    }

    // Adds a neighbour as it is. A link is the same link, so that it leads to a watched file's copy
    // where it leads to a watched file; all else is what is bound to `live_`.
    Result<> add_neighbour(const std::string& path, mode_t mode) {
        auto node = at(path);
        if (!node)
            return std::unexpected(std::move(node.error()));
        if (!S_ISLNK(mode)) {
            link(**node, live_ + path);
            return {};
        }
        char target[PATH_MAX];
        const auto size = ::readlink(path.c_str(), target, sizeof target);
        link(**node, size < 0 ? live_ + path : std::string(target, static_cast<std::size_t>(size)));
        return {};
    }

    static void link(ViewNode& node, std::string target) {
        node.kind = ViewNode::Kind::Link;
        node.children.clear();
        node.link = std::move(target);
    }

    const ViewScope& scope_;
    std::string live_;
    ViewNode root_;
    std::size_t entries_ = 0;
    std::uint64_t size_ = 0;
};

} // namespace

Result<ViewNode> plan_view(const ViewScope& scope, const ViewTargets& targets,
                           const Snapshot& snapshot, const std::string& live) {
    ViewPlanner planner(scope, live);
    for (const auto& [path, id] : snapshot.files) {
        if (!scope.selects(path))
            continue;
        if (!targets.cover(path))
            return fail(ErrorCode::Failed,
                        path + " is in no directory of the private view: the service has to be "
                               "started anew to see it");
        if (auto added = planner.add_file(path, id, targets.files.contains(path)); !added)
            return std::unexpected(std::move(added.error()));
    }
    for (const auto& path : targets.directories) {
        auto node = planner.at(path);
        if (!node)
            return std::unexpected(std::move(node.error()));
        if (auto surrounded = planner.surround(**node); !surrounded)
            return std::unexpected(std::move(surrounded.error()));
    }
    return std::move(planner).take();
}

} // namespace hotreload::state
