// SPDX-License-Identifier: LGPL-2.1-or-later
#include "watch/directory_tree.hpp"

#include "core/droppings.hpp"
#include "watch/paths.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <format>
#include <utility>

namespace hotreload::watch {

namespace {

// A tree that changes faster than it is scanned is left for the next event.
constexpr int kMaxRounds = 8;

bool same_directory(const std::string& path, std::uint64_t device, std::uint64_t inode) {
    struct stat status{};
    return lstat(path.c_str(), &status) == 0 && status.st_dev == device && status.st_ino == inode;
}

// A link whose target is a directory, or not there yet.
bool may_lead_on(int directory, const std::string& name) {
    struct stat status{};
    return fstatat(directory, name.c_str(), &status, 0) == 0 ? S_ISDIR(status.st_mode)
                                                             : !is_dropping(name);
}

// Into a directory of version control, which `holder` is not in.
bool enters_version_control(const std::string& path, const std::string& holder) {
    for (std::size_t from = 1; from < path.size();) {
        const auto end = std::min(path.find('/', from), path.size());
        if (is_version_control(std::string_view(path).substr(from, end - from)) &&
            !at_or_below(holder, path.substr(0, end)))
            return true;
        from = end + 1;
    }
    return false;
}

} // namespace

// A path at which patterns begin, or a link below: it may not exist, or lead through links.
struct DirectoryTree::Root {
    Root(DirectoryTree& tree, std::string as, std::string from)
        : path(std::move(as)), trail(tree.table_, std::move(from), [&tree](const EntryEvent*) {
              tree.files_.tree_suspect();
          }) {}

    const std::string path;
    Trail trail;         // of a link's: from its directory as it is without links
    std::string scanned; // what it led to when it was scanned; empty: not scanned
    std::uint64_t device = 0;
    std::uint64_t inode = 0;
};

struct DirectoryTree::Node final : DirectoryUser {
    Node(DirectoryTree& owner, std::string logical, std::string real, bool behind_link)
        : tree(owner), path(std::move(logical)), physical(std::move(real)), linked(behind_link) {
        tree.linked_ += linked;
    }
    Node(const Node&) = delete;
    Node& operator=(const Node&) = delete;
    ~Node() { tree.linked_ -= linked; }

    void entry_changed(const EntryEvent& event) override {
        auto& log = tree.table_.log();
        if (!event.directory()) {
            tree.files_.file_event(path, event);
            if (event.name_changed())
                tree.perhaps_a_link(join(path, event.name), event);
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
    const bool linked;
    std::uint64_t device = 0;
    std::uint64_t inode = 0;
    std::vector<std::string> children; // names of directories, sorted
    std::string_view blind_system;
    DirectoryWatch watch;
};

struct DirectoryTree::Listing {
    Node& node;
    Fd fd;
    bool deep;
    std::vector<std::string> children = {};
    std::vector<std::string> links = {};
};

DirectoryTree::DirectoryTree(DirectoryTable& table, os::Opener& opener, const Selection& selection,
                             FileMarks& files)
    : table_(table), opener_(opener), selection_(selection), files_(files) {
    for (const auto& base : selection.bases())
        roots_.emplace_back(*this, base, base);
}

DirectoryTree::~DirectoryTree() {
    listing_.reset();
    nodes_.clear(); // they count themselves
}

bool DirectoryTree::repair(Scan how, Clock::time_point until) {
    if (how == Scan::All) {
        left_out_.clear();
        one_too_many_.clear();
    }
    if (repair_ && how == Scan::All)
        suspects_.merge(repair_->suspects);
    if (!repair_ || how == Scan::All)
        repair_ = Repair{.how = how, .root = roots_.begin()};
    do {
        if (listing_)
            list_some();
        else if (!ahead_.empty())
            look_at_next();
        else if (!begin_next()) {
            repair_.reset();
            return true;
        }
    } while (Clock::now() < until);
    return false;
}

// Each step of a round begins when everything that those before it put ahead has been looked at.
// False: there is no more to do.
bool DirectoryTree::begin_next() {
    auto& repair = *repair_;
    if (repair.root != roots_.end()) {
        repair.moved |= repair_root(*repair.root++, repair.how);
        return true;
    }
    if (!std::exchange(repair.links_followed, true)) {
        repair_links();
        repair.moved |= !ahead_.empty();
        return true;
    }
    if (!std::exchange(repair.suspects_taken, true)) {
        repair.suspects = std::exchange(suspects_, {});
        repair.moved |= !repair.suspects.empty();
    }
    if (!repair.suspects.empty()) {
        visit(repair.suspects.extract(repair.suspects.begin()).value());
        return true;
    }
    const int round = repair.round + 1;
    if ((!repair.moved && suspects_.empty()) || round == kMaxRounds)
        return false;
    repair = {.how = Scan::Suspect, .root = roots_.begin(), .round = round};
    return true;
}

bool DirectoryTree::repair_root(Root& root, Scan how) {
    const bool scanned = !root.scanned.empty();
    if (!arrive(root, how))
        return scanned && root.scanned.empty();
    scan({.path = root.path, .physical = root.scanned, .deep = true});
    return true;
}

// Finds out where it leads now; what it led to before is dropped. True: there is something to scan.
bool DirectoryTree::arrive(Root& root, Scan how) {
    const bool walked = root.trail.broken() || how == Scan::All;
    if (walked)
        root.trail.walk();
    struct stat status{};
    const bool there = root.trail.end() == Trail::End::Directory &&
                       lstat(root.trail.physical().c_str(), &status) == 0;
    const bool same = there && root.scanned == root.trail.physical() &&
                      root.device == status.st_dev && root.inode == status.st_ino;
    const bool may_be_read_again = walked && unreadable_.contains(root.path);
    if (same && how != Scan::All && !may_be_read_again)
        return false;
    if (!same && !root.scanned.empty())
        drop(root.path);
    root.scanned = there ? root.trail.physical() : "";
    root.device = status.st_dev;
    root.inode = status.st_ino;
    return there;
}

// Follows the links that may lead elsewhere than before.
void DirectoryTree::repair_links() {
    std::vector<std::string> broken;
    for (const auto& [path, link] : links_)
        if (link->trail.broken())
            broken.push_back(path);
    for (const auto& path : broken)
        if (links_.contains(path)) // not below another one that was dropped
            if (auto behind = follow(path, Scan::Suspect))
                scan(*std::move(behind));
}

void DirectoryTree::perhaps_a_link(std::string path, const EntryEvent& event) {
    const bool came = event.mask & (IN_CREATE | IN_MOVED_TO);
    if (came ? !selection_.directory(path) : !links_.contains(path))
        return;
    suspects_.insert(std::move(path));
    files_.tree_suspect();
}

void DirectoryTree::leads_to_directory(const std::string& path) {
    if (links_.contains(path) || !selection_.directory(path))
        return;
    suspects_.insert(path);
    files_.tree_suspect();
}

// The links that were found in a directory; others that were there are not any more.
void DirectoryTree::take_links(const Node& node, int fd, const std::vector<std::string>& names,
                               bool deep) {
    std::set<std::string> there;
    for (const auto& name : names)
        if (auto path = join(node.path, name); selection_.directory(path) && may_lead_on(fd, name))
            there.insert(std::move(path));
    std::vector<std::string> gone;
    const auto [first, last] = below(links_, node.path);
    for (auto each = first; each != last; ++each)
        if (parent_of(each->first) == node.path && !there.contains(each->first))
            gone.push_back(each->first);
    for (const auto& path : gone)
        forget_link(path);
    for (const auto& path : there)
        if (links_.size() < kMaxLinked || links_.contains(path)) {
            if (auto behind = follow(path, deep ? Scan::All : Scan::Suspect)) {
                behind->deep = deep;
                ahead_.push_back(*std::move(behind));
            }
        } else if (one_too_many_.empty()) { // each costs a way of its own, whatever it leads to
            one_too_many_ = path;
        }
}

// The directory behind the link, where it is to be looked at.
std::optional<DirectoryTree::Ahead> DirectoryTree::follow(const std::string& path, Scan how) {
    const auto holder = nodes_.find(parent_of(path));
    if (holder == nodes_.end()) {
        forget_link(path);
        return {};
    }
    const auto from = join(holder->second->physical, path.substr(path.rfind('/') + 1));
    auto& slot = links_[path];
    if (!slot || slot->trail.path() != from)
        slot = std::make_unique<Root>(*this, path, from);
    auto& link = *slot;
    const bool to_scan = arrive(link, how);
    if (link.scanned.empty()) {
        left_out_.erase(path);
        if (nodes_.contains(path)) // of a directory that was here before
            drop(path);
    }
    if (!to_scan)
        return {};
    if (auto why = why_not(path, link); !why.empty()) {
        if (nodes_.contains(path))
            drop(path);
        link.scanned = link.trail.physical(); // it is known what is there
        leave_out(path, std::move(why));
        return {};
    }
    left_out_.erase(path);
    return Ahead{.path = path, .physical = link.scanned, .linked = true, .deep = true};
}

void DirectoryTree::forget_link(const std::string& path) {
    if (links_.erase(path) == 0)
        return;
    left_out_.erase(path);
    drop(path);
}

std::string DirectoryTree::why_not(const std::string& path, const Root& link) const {
    const auto& to = link.trail.physical();
    const auto holder = nodes_.find(parent_of(path));
    if (holder != nodes_.end() && at_or_below(holder->second->physical, to))
        return std::format("it leads to {}, in which it lies itself", to);
    if (goes_round(path, link.device, link.inode))
        return std::format("it leads to {}, by which it was come to", to);
    if (holder != nodes_.end() && enters_version_control(to, holder->second->physical))
        return std::format("it leads to {}, and version control's own files are never looked at",
                           to);
    std::size_t within = 0;
    for (auto end = path.find('/', 1); end != std::string::npos; end = path.find('/', end + 1))
        within += links_.contains(std::string_view(path).substr(0, end));
    if (within >= kMaxLinks)
        return std::format("more than {} symbolic links lie within each other", kMaxLinks);
    return "";
}

// The directory is one of those above its path.
bool DirectoryTree::goes_round(const std::string& path, std::uint64_t device,
                               std::uint64_t inode) const {
    for (auto above = parent_of(path);; above = parent_of(above)) {
        const auto node = nodes_.find(above);
        if (node == nodes_.end())
            return false;
        if (node->second->device == device && node->second->inode == inode)
            return true;
        if (above == "/")
            return false;
    }
}

void DirectoryTree::leave_out(const std::string& path, std::string why) {
    left_out_[path] = std::move(why);
}

std::optional<DirectoryTree::LeftOut> DirectoryTree::left_out(std::string_view directory) const {
    std::string link;
    for (auto end = directory.find('/', 1);; end = directory.find('/', end + 1)) {
        const auto above = directory.substr(0, end);
        if (const auto left = left_out_.find(above); left != left_out_.end())
            return LeftOut{left->first,
                           std::format("{} is not looked into: {}", left->first, left->second)};
        if (links_.contains(above))
            link = above;
        if (end == std::string_view::npos)
            break;
    }
    if (link.empty() || one_too_many_.empty() || nodes_.contains(directory))
        return {};
    return LeftOut{link,
                   std::format("more than {} directories lie behind symbolic links", kMaxLinked)};
}

std::string DirectoryTree::not_read(std::string_view directory) const {
    for (auto end = directory.find('/', 1);; end = directory.find('/', end + 1)) {
        const auto found = unreadable_.find(directory.substr(0, end));
        if (found != unreadable_.end())
            return found->second;
        if (end == std::string_view::npos)
            return "";
    }
}

void DirectoryTree::add_names_of(const std::string& physical, std::set<std::string>& names) const {
    const auto directory = parent_of(physical);
    for (const auto& [path, node] : nodes_)
        if (node->physical == directory && path != directory)
            names.insert(join(path, physical.substr(physical.rfind('/') + 1)));
}

void DirectoryTree::visit(const std::string& path) {
    for (auto& root : roots_)
        if (root.path == path) {
            if (root.trail.end() == Trail::End::Directory)
                scan({.path = path, .physical = root.trail.physical()});
            return;
        }
    const auto above = nodes_.find(parent_of(path));
    if (above == nodes_.end())
        return drop(path);
    const auto& parent = *above->second;
    const auto name = path.substr(path.rfind('/') + 1);
    const auto physical = join(parent.physical, name);
    struct stat status{};
    const bool there = lstat(physical.c_str(), &status) == 0;
    if (there && S_ISLNK(status.st_mode)) {
        const Fd fd(open(parent.physical.c_str(), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
        if (!may_lead_on(fd.get(), name))
            return forget_link(path);
        if (auto behind = follow(path, Scan::Suspect))
            scan(*std::move(behind));
        return;
    }
    forget_link(path);
    if (there && S_ISDIR(status.st_mode))
        scan({.path = path, .physical = physical, .linked = parent.linked});
    else if (nodes_.contains(path))
        drop(path);
}

// The directory, and what is found below it, is looked at next.
void DirectoryTree::scan(Ahead top) {
    files_.files_suspect(top.path);
    ahead_.push_back(std::move(top));
}

void DirectoryTree::look_at_next() {
    const auto here = std::move(ahead_.back());
    ahead_.pop_back();
    if (here.linked && linked_ >= kMaxLinked && !nodes_.contains(here.path)) {
        if (one_too_many_.empty())
            one_too_many_ = here.path;
        return;
    }
    auto& slot = nodes_[here.path];
    if (slot && slot->linked != here.linked)
        slot.reset();
    if (!slot)
        slot = std::make_unique<Node>(*this, here.path, here.physical, here.linked);
    auto& node = *slot;
    node.physical = here.physical;
    node.watch = table_.watch(here.physical, Interest::Content, node);
    struct stat status{};
    if (lstat(here.physical.c_str(), &status) < 0 || !S_ISDIR(status.st_mode))
        return drop(here.path);
    auto opened = opener_.open(here.path, O_DIRECTORY);
    if (opened &&
        (opened->status.st_dev != status.st_dev || opened->status.st_ino != status.st_ino)) {
        drop(here.path); // the path has come to lead elsewhere just now
        suspects_.insert(here.path);
        return;
    }
    if (here.linked && goes_round(here.path, status.st_dev, status.st_ino)) {
        drop(here.path);
        return leave_out(here.path, "it is one of the directories above it");
    }
    if (!opened && !opened.error().refusal.empty()) {
        drop(here.path);
        unreadable_[here.path] = opened.error().reason();
        return leave_out(here.path, opened.error().refusal);
    }
    if (const auto system = table_.file_systems().made_up(status.st_dev, here.physical);
        !system.empty() && !selection_.directory_at_a_depth(here.path)) {
        auto why = std::format("files of {} are made up when they are read, and ** does not lead "
                               "to them",
                               system);
        drop(here.path);
        if (std::ranges::contains(roots_, here.path, &Root::path)) // somebody asked for it
            unreadable_[here.path] = why;
        return leave_out(here.path, std::move(why));
    }
    left_out_.erase(here.path);
    if (node.device != status.st_dev || node.inode != status.st_ino) {
        // Another directory than before: what is known below it is of the old one.
        drop_below(here.path);
        node.children.clear();
        node.device = status.st_dev;
        node.inode = status.st_ino;
        node.blind_system = table_.file_systems().blind(status.st_dev, here.physical);
    }
    set_polled(node);
    if (opened)
        listing_ = std::make_unique<Listing>(node, std::move(opened->fd), here.deep);
    else
        unreadable_[here.path] = opened.error().reason();
}

// A part of the directory, as much as the kernel tells at once.
void DirectoryTree::list_some() {
    auto& [node, fd, deep, children, links] = *listing_;
    // On the stack: most sets are of a handful of files, and would hold it for nothing.
    alignas(dirent64) std::array<std::byte, std::size_t{64} * 1024> entries;
    const ssize_t size = getdents64(fd.get(), entries.data(), entries.size());
    if (size <= 0)
        return end_listing(size < 0 ? errno : 0);
    for (ssize_t at = 0; at < size;) {
        const auto* entry = reinterpret_cast<const dirent64*>(entries.data() + at);
        at += entry->d_reclen;
        const std::string_view name = entry->d_name;
        if (name == "." || name == "..")
            continue;
        unsigned char type = entry->d_type;
        if (type == DT_UNKNOWN) {
            struct stat status{};
            if (fstatat(fd.get(), entry->d_name, &status, AT_SYMLINK_NOFOLLOW) == 0)
                type = static_cast<unsigned char>(IFTODT(status.st_mode));
        }
        if (type == DT_REG || type == DT_LNK)
            files_.file_found(node.path, name, type == DT_REG);
        if (type == DT_LNK)
            links.emplace_back(name);
        if (type == DT_DIR)
            children.emplace_back(name);
    }
}

void DirectoryTree::end_listing(int error) {
    const auto ended = std::exchange(listing_, nullptr);
    auto& [node, fd, deep, children, links] = *ended;
    if (error == 0)
        error = node.watch.error();
    std::ranges::sort(children);
    std::erase_if(children, [&](const std::string& name) {
        auto path = join(node.path, name);
        if (!selection_.directory(path))
            return true;
        if (deep || !std::ranges::binary_search(node.children, name))
            ahead_.push_back({std::move(path), join(node.physical, name), node.linked, deep});
        return false;
    });
    // Watches of the kernel that are used up are not this directory's problem alone: the state of
    // the set tells it.
    if (error != 0 && !out_of_watches(error))
        unreadable_[node.path] = std::strerror(error);
    else
        unreadable_.erase(node.path);
    auto before = std::exchange(node.children, std::move(children));
    for (const auto& name : before)
        if (!std::ranges::binary_search(node.children, name))
            drop(join(node.path, name));
    take_links(node, fd.get(), links, deep);
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
    const auto [first_link, last_link] = below(links_, path);
    links_.erase(first_link, last_link);
    const auto prefix = watch::join(path, "");
    const auto erase_below = [&](auto& sorted, auto key) {
        auto each = sorted.upper_bound(prefix);
        while (each != sorted.end() && key(*each).starts_with(prefix))
            each = sorted.erase(each);
    };
    erase_below(polled_, [](const std::string& each) -> const std::string& { return each; });
    erase_below(unreadable_, [](const auto& each) -> const std::string& { return each.first; });
    erase_below(left_out_, [](const auto& each) -> const std::string& { return each.first; });
}

void DirectoryTree::drop(const std::string& path) {
    for (auto& root : roots_)
        if (at_or_below(root.path, path))
            root.scanned.clear(); // it is scanned again if its own trail still finds it
    if (const auto link = links_.find(path); link != links_.end())
        link->second->scanned.clear();
    drop_below(path);
    nodes_.erase(path);
    polled_.erase(path);
    unreadable_.erase(path);
    files_.files_suspect(path);
}

bool DirectoryTree::polled() const {
    return !polled_.empty() || std::ranges::any_of(roots_, [](const Root& root) {
        return root.trail.polled();
    }) || std::ranges::any_of(links_, [](const auto& link) { return link.second->trail.polled(); });
}

void DirectoryTree::poll() {
    for (auto& root : roots_)
        if (root.trail.polled())
            root.trail.walk();
    for (auto& [path, link] : links_)
        if (link->trail.polled())
            link->trail.suspect();
    for (const auto& path : std::set(polled_)) {
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
        ahead_.push_back({.path = path, .physical = node.physical, .linked = node.linked});
    }
    repair(Scan::Suspect, Clock::time_point::max());
}

void DirectoryTree::mounts_changed(const std::unordered_set<std::string>& points) {
    bool suspect = false;
    for (auto& root : roots_)
        if (std::ranges::any_of(points,
                                [&](const auto& each) { return root.trail.crosses(each); })) {
            root.trail.suspect();
            suspect = true;
        }
    for (auto& [path, link] : links_)
        if (std::ranges::any_of(points,
                                [&](const auto& each) { return link->trail.crosses(each); })) {
            link->trail.suspect();
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
    for (const auto& [path, link] : links_)
        link->trail.add_unwatched(directories);
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
    for (const auto& [path, link] : links_)
        if (!link->trail.blind_system().empty())
            places.try_emplace(link->trail.blind_system(), link->trail.blind_place());
}

bool DirectoryTree::has(const std::string& directory) const {
    return nodes_.contains(directory);
}

std::vector<Problem> DirectoryTree::problems() const {
    std::vector<Problem> problems;
    for (const auto& [path, why] : unreadable_)
        problems.push_back({path, 0, 0, why, Audience::Everybody});
    return problems;
}

} // namespace hotreload::watch
