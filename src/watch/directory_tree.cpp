// SPDX-License-Identifier: LGPL-2.1-or-later
#include "watch/directory_tree.hpp"

#include "watch/droppings.hpp"
#include "watch/paths.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace hotreload::watch {

namespace {

// A tree that changes faster than it is scanned is left for the next event.
constexpr int kMaxRounds = 8;

struct DirCloser {
    void operator()(DIR* dir) const { closedir(dir); }
};

} // namespace

// Where patterns begin: a path that may not exist, or lead through links.
struct DirectoryTree::Root {
    Root(DirectoryTree& tree, const std::string& base)
        : trail(tree.table_, base, [&tree](const EntryEvent*) { tree.files_.tree_suspect(); }) {}

    Trail trail;
    std::string scanned; // what it led to when it was scanned; empty: not scanned
    std::uint64_t device = 0;
    std::uint64_t inode = 0;
};

struct DirectoryTree::Node final : DirectoryUser {
    Node(DirectoryTree& owner, std::string logical, std::string real)
        : tree(owner), path(std::move(logical)), physical(std::move(real)) {}

    void entry_changed(const EntryEvent& event) override {
        if (is_dropping(event.name) && !tree.selection_.names(event.name))
            return;
        if (!event.directory()) {
            tree.files_.file_event(join(path, event.name), event);
        } else if (auto child = join(path, event.name); tree.selection_.directory(child)) {
            tree.suspects_.insert(std::move(child));
            tree.files_.tree_suspect();
        }
    }

    void directory_lost() override {
        tree.suspects_.insert(path);
        tree.files_.tree_suspect();
    }

    DirectoryTree& tree;
    std::string path;
    std::string physical;
    std::uint64_t device = 0;
    std::uint64_t inode = 0;
    DirectoryWatch watch;
};

DirectoryTree::DirectoryTree(DirectoryTable& table, const Selection& selection, FileMarks& files)
    : table_(table), selection_(selection), files_(files) {
    for (const auto& base : selection.bases())
        roots_.emplace_back(*this, base);
}

DirectoryTree::~DirectoryTree() = default;

void DirectoryTree::repair(Scan scan) {
    for (int round = 0; round < kMaxRounds; ++round) {
        const bool moved = repair_roots(scan);
        auto suspects = std::exchange(suspects_, {});
        for (const auto& path : suspects)
            visit(path);
        if (!moved && suspects.empty())
            return;
        scan = Scan::Suspect;
    }
}

bool DirectoryTree::repair_roots(Scan how) {
    bool moved = false;
    for (auto& root : roots_) {
        if (root.trail.broken() || how == Scan::All)
            root.trail.walk();
        struct stat status{};
        const bool there = root.trail.end() == Trail::End::Directory &&
                           lstat(root.trail.physical().c_str(), &status) == 0;
        const bool same = there && root.scanned == root.trail.physical() &&
                          root.device == status.st_dev && root.inode == status.st_ino;
        if (same && how != Scan::All)
            continue;
        if (!same && !root.scanned.empty()) {
            drop(root.trail.path());
            moved = true;
        }
        if (!there)
            continue;
        root.scanned = root.trail.physical();
        root.device = status.st_dev;
        root.inode = status.st_ino;
        scan(root.trail.path(), root.scanned, true);
        moved = true;
    }
    return moved;
}

void DirectoryTree::visit(const std::string& path) {
    for (auto& root : roots_)
        if (root.trail.path() == path) {
            if (root.trail.end() == Trail::End::Directory)
                scan(path, root.trail.physical(), false);
            return;
        }
    const auto above = nodes_.find(parent_of(path));
    if (above == nodes_.end())
        return drop(path);
    const auto physical = join(above->second->physical, path.substr(path.rfind('/') + 1));
    struct stat status{};
    if (lstat(physical.c_str(), &status) < 0 || !S_ISDIR(status.st_mode))
        return drop(path);
    scan(path, physical, false);
}

// `deep`: known directories below are looked at again, too.
void DirectoryTree::scan(const std::string& path, const std::string& physical, bool deep) {
    std::vector<std::string> ahead{path};
    while (!ahead.empty()) {
        const auto here = std::move(ahead.back());
        ahead.pop_back();
        const auto real = here == path
                              ? physical
                              : join(physical, here.substr(path == "/" ? 1 : path.size() + 1));
        auto& node = nodes_[here];
        if (!node)
            node = std::make_unique<Node>(*this, here, real);
        else
            files_.files_suspect(here);
        node->physical = real;
        node->watch = table_.watch(real, Interest::Content, *node);
        struct stat status{};
        if (lstat(real.c_str(), &status) < 0 || !S_ISDIR(status.st_mode)) {
            drop(here);
            continue;
        }
        if (node->device != status.st_dev || node->inode != status.st_ino) {
            // Another directory than before: what is known below it is of the old one.
            const auto [first, last] = below(nodes_, here);
            nodes_.erase(first, last);
            node->device = status.st_dev;
            node->inode = status.st_ino;
        }
        list(*node, deep, ahead);
    }
}

void DirectoryTree::list(Node& node, bool deep, std::vector<std::string>& ahead) {
    const std::unique_ptr<DIR, DirCloser> dir(opendir(node.physical.c_str()));
    int error = dir ? node.watch.error() : errno;
    std::set<std::string> children;
    while (dir) {
        errno = 0;
        const dirent* entry = readdir(dir.get());
        if (!entry) {
            error = errno != 0 ? errno : error;
            break;
        }
        const std::string_view name = entry->d_name;
        if (name == "." || name == "..")
            continue;
        auto path = join(node.path, name);
        unsigned char type = entry->d_type;
        if (type == DT_UNKNOWN) {
            struct stat status{};
            if (fstatat(dirfd(dir.get()), entry->d_name, &status, AT_SYMLINK_NOFOLLOW) == 0)
                type = S_ISDIR(status.st_mode) ? DT_DIR : DT_REG;
        }
        if (type == DT_REG || type == DT_LNK)
            files_.file_found(path);
        if (type != DT_DIR || !selection_.directory(path))
            continue;
        if (deep || !nodes_.contains(path))
            ahead.push_back(path);
        children.insert(std::move(path));
    }
    // That the kernel's watches are used up is not this directory's problem alone: the tree
    // watcher tells it.
    if (error != 0 && error != ENOSPC)
        unreadable_[node.path] = error;
    else
        unreadable_.erase(node.path);
    std::vector<std::string> gone;
    const auto [first, last] = below(nodes_, node.path);
    for (auto each = first; each != last; ++each)
        if (parent_of(each->first) == node.path && !children.contains(each->first))
            gone.push_back(each->first);
    for (const auto& path : gone)
        drop(path);
}

void DirectoryTree::drop(const std::string& path) {
    for (auto& root : roots_)
        if (at_or_below(root.trail.path(), path))
            root.scanned.clear(); // it is scanned again if its own trail still finds it
    const auto [first, last] = below(nodes_, path);
    nodes_.erase(first, last);
    nodes_.erase(path);
    std::erase_if(unreadable_, [&](const auto& each) { return at_or_below(each.first, path); });
    files_.files_suspect(path);
}

bool DirectoryTree::has(const std::string& directory) const {
    return nodes_.contains(directory);
}

std::vector<Problem> DirectoryTree::problems() const {
    std::vector<Problem> problems;
    for (const auto& [path, error] : unreadable_)
        problems.push_back({path, 0, 0, std::strerror(error)});
    return problems;
}

} // namespace hotreload::watch
