// SPDX-License-Identifier: LGPL-2.1-or-later
#include "watch/directory_tree.hpp"

#include "base/fd.hpp"
#include "watch/paths.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

namespace hotreload::watch {

namespace {

// A tree that changes faster than it is scanned is left for the next event.
constexpr int kMaxRounds = 8;
constexpr std::size_t kEntriesSize = std::size_t{64} * 1024;

bool same_directory(const std::string& path, std::uint64_t device, std::uint64_t inode) {
    struct stat status{};
    return lstat(path.c_str(), &status) == 0 && status.st_dev == device && status.st_ino == inode;
}

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
        auto& log = tree.table_.log();
        if (!event.directory()) {
            tree.files_.file_event(path, event);
        } else if (auto child = join(path, event.name); !tree.selection_.directory(child)) {
            log.note(Fate::NotDescended);
        } else {
            log.note(Fate::Directory);
            tree.suspects_.insert(std::move(child));
            tree.files_.tree_suspect();
        }
    }

    void directory_lost() override {
        tree.table_.log().note(Fate::Lost);
        tree.suspects_.insert(path);
        tree.files_.tree_suspect();
    }

    DirectoryTree& tree;
    const std::string path;
    std::string physical;
    std::uint64_t device = 0;
    std::uint64_t inode = 0;
    std::vector<std::string> children; // names of directories, sorted
    std::string_view blind_system;
    DirectoryWatch watch;
};

DirectoryTree::DirectoryTree(DirectoryTable& table, const Selection& selection, FileMarks& files)
    : table_(table),
      selection_(selection),
      files_(files),
      entries_(std::make_unique_for_overwrite<std::byte[]>(kEntriesSize)) {
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
        scan({root.trail.path(), root.scanned}, true);
        moved = true;
    }
    return moved;
}

void DirectoryTree::visit(const std::string& path) {
    for (auto& root : roots_)
        if (root.trail.path() == path) {
            if (root.trail.end() == Trail::End::Directory)
                scan({path, root.trail.physical()}, false);
            return;
        }
    const auto above = nodes_.find(parent_of(path));
    if (above == nodes_.end())
        return drop(path);
    const auto physical = join(above->second->physical, path.substr(path.rfind('/') + 1));
    struct stat status{};
    if (lstat(physical.c_str(), &status) < 0 || !S_ISDIR(status.st_mode))
        return drop(path);
    scan({path, physical}, false);
}

// `deep`: known directories below are looked at again, too.
void DirectoryTree::scan(Ahead top, bool deep) {
    files_.files_suspect(top.path);
    std::vector<Ahead> ahead;
    ahead.push_back(std::move(top));
    while (!ahead.empty()) {
        const auto here = std::move(ahead.back());
        ahead.pop_back();
        look(here, deep, ahead);
    }
}

void DirectoryTree::look(const Ahead& here, bool deep, std::vector<Ahead>& ahead) {
    auto& slot = nodes_[here.path];
    if (!slot)
        slot = std::make_unique<Node>(*this, here.path, here.physical);
    auto& node = *slot;
    node.physical = here.physical;
    node.watch = table_.watch(here.physical, Interest::Content, node);
    const Fd fd(open(here.physical.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    const int error = fd ? 0 : errno;
    struct stat status{};
    if (fd ? fstat(fd.get(), &status) < 0
           : lstat(here.physical.c_str(), &status) < 0 || !S_ISDIR(status.st_mode))
        return drop(here.path);
    if (node.device != status.st_dev || node.inode != status.st_ino) {
        // Another directory than before: what is known below it is of the old one.
        drop_below(here.path);
        node.children.clear();
        node.device = status.st_dev;
        node.inode = status.st_ino;
        node.blind_system = table_.file_systems().blind(status.st_dev, here.physical);
    }
    set_polled(node);
    if (fd)
        list(node, fd.get(), deep, ahead);
    else
        unreadable_[here.path] = error;
}

void DirectoryTree::list(Node& node, int fd, bool deep, std::vector<Ahead>& ahead) {
    int error = node.watch.error();
    std::vector<std::string> children;
    for (;;) {
        const ssize_t size = getdents64(fd, entries_.get(), kEntriesSize);
        if (size <= 0) {
            error = size < 0 ? errno : error;
            break;
        }
        for (ssize_t at = 0; at < size;) {
            const auto* entry = reinterpret_cast<const dirent64*>(entries_.get() + at);
            at += entry->d_reclen;
            const std::string_view name = entry->d_name;
            if (name == "." || name == "..")
                continue;
            unsigned char type = entry->d_type;
            if (type == DT_UNKNOWN) {
                struct stat status{};
                if (fstatat(fd, entry->d_name, &status, AT_SYMLINK_NOFOLLOW) == 0)
                    type = static_cast<unsigned char>(IFTODT(status.st_mode));
            }
            if (type == DT_REG || type == DT_LNK)
                files_.file_found(node.path, name, type == DT_REG);
            if (type == DT_DIR)
                children.emplace_back(name);
        }
    }
    std::ranges::sort(children);
    std::erase_if(children, [&](const std::string& name) {
        auto path = join(node.path, name);
        if (!selection_.directory(path))
            return true;
        if (deep || !std::ranges::binary_search(node.children, name))
            ahead.push_back({std::move(path), join(node.physical, name)});
        return false;
    });
    // That the kernel's watches are used up is not this directory's problem alone: the state of
    // the set tells it.
    if (error != 0 && !out_of_watches(error))
        unreadable_[node.path] = error;
    else
        unreadable_.erase(node.path);
    auto before = std::exchange(node.children, std::move(children));
    for (const auto& name : before)
        if (!std::ranges::binary_search(node.children, name))
            drop(join(node.path, name));
}

void DirectoryTree::set_polled(Node& node) {
    if (!node.blind_system.empty() || out_of_watches(node.watch.error()))
        polled_.insert(node.path);
    else
        polled_.erase(node.path);
}

// Known no more: what is below `path`.
void DirectoryTree::drop_below(const std::string& path) {
    const auto [first, last] = below(nodes_, path);
    nodes_.erase(first, last);
    const auto prefix = watch::join(path, "");
    const auto erase_below = [&](auto& sorted, auto key) {
        auto each = sorted.lower_bound(prefix);
        while (each != sorted.end() && key(*each).starts_with(prefix))
            each = sorted.erase(each);
    };
    erase_below(polled_, [](const std::string& each) -> const std::string& { return each; });
    erase_below(unreadable_, [](const auto& each) -> const std::string& { return each.first; });
}

void DirectoryTree::drop(const std::string& path) {
    for (auto& root : roots_)
        if (at_or_below(root.trail.path(), path))
            root.scanned.clear(); // it is scanned again if its own trail still finds it
    drop_below(path);
    nodes_.erase(path);
    polled_.erase(path);
    unreadable_.erase(path);
    files_.files_suspect(path);
}

bool DirectoryTree::polled() const {
    return !polled_.empty() ||
           std::ranges::any_of(roots_, [](const Root& root) { return root.trail.polled(); });
}

void DirectoryTree::poll() {
    for (auto& root : roots_)
        if (root.trail.polled())
            root.trail.walk();
    const auto polled = polled_; // changes meanwhile
    std::vector<Ahead> ahead;
    for (const auto& path : polled) {
        const auto found = nodes_.find(path);
        if (found == nodes_.end())
            continue;
        auto& node = *found->second;
        if (out_of_watches(node.watch.error())) {
            node.watch = table_.watch(node.physical, Interest::Content, node);
            if (!out_of_watches(node.watch.error()))
                suspects_.insert(path); // for what happened before
        }
        set_polled(node);
        const Fd fd(open(node.physical.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
        struct stat status{};
        if (fd && fstat(fd.get(), &status) == 0 && status.st_dev == node.device &&
            status.st_ino == node.inode)
            list(node, fd.get(), false, ahead);
        else
            suspects_.insert(path);
    }
    for (auto& each : ahead)
        scan(std::move(each), false);
    repair(Scan::Suspect);
}

void DirectoryTree::mounts_changed(const std::unordered_set<std::string>& points) {
    bool suspect = false;
    for (auto& root : roots_)
        if (std::ranges::any_of(points,
                                [&](const auto& each) { return root.trail.crosses(each); })) {
            root.trail.suspect();
            suspect = true;
        }
    std::unordered_set<std::string> parents;
    for (const auto& point : points)
        parents.insert(parent_of(point));
    for (const auto& [path, node] : nodes_) {
        if (parents.contains(node->physical))
            for (const auto& point : points)
                if (parent_of(point) == node->physical)
                    files_.file_suspect(path, std::string_view(point).substr(point.rfind('/') + 1));
        if (points.contains(node->physical) &&
            !same_directory(node->physical, node->device, node->inode)) {
            suspects_.insert(path);
            suspect = true;
        }
    }
    if (suspect)
        files_.tree_suspect();
}

void DirectoryTree::add_unwatched(std::set<std::string>& directories) const {
    for (const auto& root : roots_)
        root.trail.add_unwatched(directories);
    for (const auto& path : polled_)
        if (const auto& node = *nodes_.find(path)->second; out_of_watches(node.watch.error()))
            directories.insert(node.physical);
}

void DirectoryTree::add_blind(std::map<std::string_view, std::string>& places) const {
    for (const auto& path : polled_)
        if (const auto& node = *nodes_.find(path)->second; !node.blind_system.empty())
            places.try_emplace(node.blind_system, path);
    for (const auto& root : roots_)
        if (!root.trail.blind_system().empty())
            places.try_emplace(root.trail.blind_system(), root.trail.blind_place());
}

bool DirectoryTree::has(const std::string& directory) const {
    return nodes_.contains(directory);
}

std::vector<Problem> DirectoryTree::problems() const {
    std::vector<Problem> problems;
    for (const auto& [path, error] : unreadable_)
        problems.push_back({path, 0, 0, std::strerror(error), Audience::Everybody});
    return problems;
}

} // namespace hotreload::watch
