// SPDX-License-Identifier: LGPL-2.1-or-later
#include "watch/file_table.hpp"

#include "watch/paths.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <iterator>

namespace hotreload::watch {

namespace {

// The number of dirty files from which on it pays to put them in order.
constexpr std::size_t kMany = 256;
constexpr int kAtOnce = 16; // files for each look at the clock

std::string wrong_kind(mode_t mode) {
    return S_ISDIR(mode) ? "it is a directory" : "it is no regular file";
}

} // namespace

FileTable::FileTable(const Place& place, OnDirty on_dirty, OnRead on_read)
    : place_(place), on_dirty_(std::move(on_dirty)), on_read_(std::move(on_read)) {
    for (const auto& path : place.selection.literals())
        add(parent_of(path), std::string_view(path).substr(path.rfind('/') + 1),
            *place.selection.file(path))
            .second.literal = true;
}

FileTable::Folder* FileTable::folder(const std::string& directory, bool make) {
    if (last_folder_ && *last_folder_->path == directory)
        return last_folder_;
    auto found = folders_.find(directory);
    if (found == folders_.end()) {
        if (!make)
            return nullptr;
        found = folders_.try_emplace(directory).first;
        found->second.path = &found->first;
    }
    return last_folder_ = &found->second;
}

FileTable::Entry* FileTable::find(const std::string& directory, std::string_view name) {
    auto* in = folder(directory, false);
    if (!in)
        return nullptr;
    const auto found = in->files.find(name);
    return found == in->files.end() ? nullptr : &*found;
}

FileTable::Entry& FileTable::add(const std::string& directory, std::string_view name,
                                 const Timing& timing) {
    auto* in = folder(directory, true);
    auto& entry = *in->files.try_emplace(std::string(name)).first;
    entry.second.folder = in;
    entry.second.timing = timing;
    return entry;
}

Selection::Verdict FileTable::judge(const std::string& directory, std::string_view name,
                                    Timing& timing) {
    if (!last_here_ || last_here_->directory() != directory)
        last_here_.emplace(place_.selection, directory);
    return last_here_->judge(name, timing);
}

std::string FileTable::path_of(const Entry& entry) {
    return join(*entry.second.folder->path, entry.first);
}

void FileTable::mark(Entry& entry) {
    if (!entry.second.dirty) {
        entry.second.dirty = true;
        dirty_.push_back(&entry);
    }
    on_dirty_(entry.second.timing);
}

void FileTable::event(const std::string& directory, const EntryEvent& event) {
    if (auto* known = find(directory, event.name))
        return entry_event(*known, event);
    auto& log = place_.directories.log();
    Timing timing;
    switch (judge(directory, event.name, timing)) {
    case Selection::Verdict::Dropping:
        return log.note(Fate::Dropping);
    case Selection::Verdict::NoPattern:
        return log.note(Fate::NoPattern);
    case Selection::Verdict::Excluded:
        return log.note(Fate::Excluded);
    case Selection::Verdict::Ours:
        if (event.mask & (IN_DELETE | IN_MOVED_FROM))
            return log.note(Fate::Unknown); // a name that came and went between two looks
        return entry_event(add(directory, event.name, timing), event);
    }
}

void FileTable::entry_event(Entry& entry, const EntryEvent& event) {
    auto& file = entry.second;
    if (event.mask & IN_MODIFY) {
        file.seems_written = true;
        file.written_at = place_.loop.now();
    } else if (event.name_changed() || event.mask & IN_CLOSE_WRITE) {
        file.seems_written = false;
    }
    closed_ = closed_ || event.mask & IN_CLOSE_WRITE;
    auto& log = place_.directories.log();
    if (file.event != log.current())
        log.note(file.event, Fate::Joined);
    file.event = log.current();
    log.note(Fate::Waits);
    mark(entry);
}

void FileTable::found(const std::string& directory, std::string_view name, bool regular) {
    if (find(directory, name))
        return; // suspect_below() has it if there is doubt
    Timing timing;
    if (judge(directory, name, timing) != Selection::Verdict::Ours)
        return;
    auto& entry = add(directory, name, timing);
    entry.second.listed = regular;
    mark(entry);
}

void FileTable::suspect(const std::string& directory, std::string_view name) {
    if (auto* known = find(directory, name))
        mark(*known);
    else
        found(directory, name, false);
}

void FileTable::suspect_below(const std::string& directory) {
    const auto mark_all = [this](Folder& folder) {
        for (auto& entry : folder.files)
            if (!entry.second.dirty)
                mark(entry);
    };
    if (const auto own = folders_.find(directory); own != folders_.end())
        mark_all(own->second);
    const auto [first, last] = below(folders_, directory);
    for (auto each = first; each != last; ++each)
        mark_all(each->second);
}

void FileTable::suspect_written() {
    for (const auto& path : writing_)
        suspect(parent_of(path), std::string_view(path).substr(path.rfind('/') + 1));
}

void FileTable::suspect_all() {
    for (auto& [directory, folder] : folders_)
        for (auto& entry : folder.files) {
            // Events may have been lost, so that what they said of writers is void.
            entry.second.seems_written = false;
            if (!entry.second.dirty)
                mark(entry);
            if (entry.second.trail)
                entry.second.trail->walk();
        }
}

void FileTable::follow() {
    for (std::size_t i = 0; i < dirty_.size(); ++i) // a walk may add to it
        if (auto& trail = dirty_[i]->second.trail; trail && trail->broken())
            trail->walk();
    for (auto* entry : looking_)
        if (auto& trail = entry->second.trail; trail && trail->broken())
            trail->walk();
}

void FileTable::take_dirty() {
    auto dirty = std::exchange(dirty_, {});
    if (looking_.empty() && dirty.size() > kMany) { // in order, each is next to the one before
        dirty.clear();
        for (auto& [directory, folder] : folders_)
            for (auto& entry : folder.files)
                if (entry.second.dirty)
                    dirty.push_back(&entry);
    }
    looking_.insert(looking_.begin(), dirty.rbegin(), dirty.rend());
}

// Files that a look marks anew are left to the next refresh.
bool FileTable::refresh(Clock::time_point until) {
    take_dirty();
    next_file_ = snapshot_.files.end();
    for (int left = kAtOnce; !looking_.empty();) {
        auto* entry = looking_.back();
        looking_.pop_back();
        entry->second.dirty = false;
        if (!look_at(*entry, until)) {
            if (!std::exchange(entry->second.dirty, true))
                looking_.push_back(entry);
            return false;
        }
        if (--left > 0)
            continue;
        left = kAtOnce;
        if (Clock::now() >= until && !looking_.empty())
            return false;
    }
    reading_.reset(); // of a file that has gone meanwhile
    list_states();
    return true;
}

// A stat tells whether there is something to look at.
void FileTable::check(Entry& entry) {
    const auto& file = entry.second;
    if (file.dirty)
        return;
    scratch_.assign(*file.folder->path).append("/").append(entry.first);
    struct stat status{};
    const bool there = ::stat(scratch_.c_str(), &status) == 0;
    if (file.known ? !there || file.stamp != Stamp::of(status) : there && S_ISREG(status.st_mode))
        mark(entry);
}

void FileTable::poll() {
    std::erase_if(polled_, [this](Entry* entry) {
        entry->second.trail->walk();
        check(*entry);
        return !entry->second.trail->polled();
    });
    for (const auto& directory : place_.tree.polled_directories())
        if (auto* in = folder(directory, false))
            for (auto& entry : in->files)
                if (!entry.second.trail)
                    check(entry);
}

bool FileTable::scan_some(Clock::time_point until) {
    int left = kAtOnce;
    for (auto in = folders_.lower_bound(scanned_directory_); in != folders_.end(); ++in) {
        const bool resumed = in->first == scanned_directory_;
        const bool polled = place_.tree.polled_directories().contains(in->first);
        auto& files = in->second.files;
        for (auto each = resumed ? files.upper_bound(scanned_name_) : files.begin();
             each != files.end(); ++each) {
            if (each->second.trail ? !polled_.contains(&*each) : !polled)
                check(*each);
            if (--left > 0)
                continue;
            left = kAtOnce;
            if (Clock::now() < until)
                continue;
            scanned_directory_ = in->first;
            scanned_name_ = each->first;
            return false;
        }
    }
    scanned_directory_.clear();
    scanned_name_.clear();
    return true;
}

void FileTable::mounts_changed(const std::unordered_set<std::string>& points) {
    for (auto& [directory, folder] : folders_)
        for (auto& entry : folder.files) {
            auto& trail = entry.second.trail;
            if (!trail || std::ranges::none_of(
                              points, [&](const auto& point) { return trail->crosses(point); }))
                continue;
            trail->walk(); // else what happens there now is not seen
            if (trail->polled() != polled_.contains(&entry))
                mark(entry);
            check(entry);
        }
}

void FileTable::add_unwatched(std::set<std::string>& directories) const {
    for (const auto* entry : polled_)
        entry->second.trail->add_unwatched(directories);
}

void FileTable::add_blind(std::map<std::string_view, std::string>& places) const {
    for (const auto* entry : polled_)
        if (const auto system = entry->second.trail->blind_system(); !system.empty())
            places.try_emplace(system, path_of(*entry));
}

void FileTable::add_names_of(const std::string& physical, std::set<std::string>& names) const {
    for (const auto& [directory, folder] : folders_)
        for (const auto& entry : folder.files)
            if (const auto& trail = entry.second.trail;
                trail && trail->through_link() && trail->physical() == physical)
                names.insert(path_of(entry));
}

// Literals and links are followed from the root; the rest is in a watched directory of the tree.
void FileTable::keep_trail(Entry& entry, const std::string& path, bool link) {
    auto& file = entry.second;
    if (!link && !file.literal)
        file.trail.reset();
    else if (!file.trail)
        file.trail = std::make_unique<Trail>(place_.directories, path,
                                             [this, &entry](const EntryEvent* event) {
                                                 event ? entry_event(entry, *event) : mark(entry);
                                             });
    if (file.trail && (file.trail->broken() || link != file.link))
        file.trail->walk();
    file.link = link;
    if (file.trail && file.trail->polled())
        polled_.insert(&entry);
    else if (!polled_.empty())
        polled_.erase(&entry);
}

bool FileTable::look_at(Entry& entry, Clock::time_point until) {
    const auto number = std::exchange(entry.second.event, 0);
    const auto& directory = *entry.second.folder->path;
    looked_at_.assign(directory == "/" ? "" : directory).append("/").append(entry.first);
    const auto fate = examine(entry, looked_at_, until); // the entry may have gone with it
    if (fate)
        place_.directories.log().note(number, *fate);
    else
        entry.second.event = number;
    return fate.has_value();
}

std::optional<Fate> FileTable::examine(Entry& entry, const std::string& path,
                                       Clock::time_point until) {
    auto& file = entry.second;
    if (!file.literal && !place_.tree.has(*file.folder->path)) {
        auto why = place_.tree.not_read(*file.folder->path);
        if (why.empty())
            return forget(entry, path, "");
        set_state(entry, path, false, std::move(why)); // it is as it was read last
        return Fate::Unreadable;
    }
    // A file that is new need not be compared. If it has become a link since, an event says so.
    if (std::exchange(file.listed, false) && !file.literal && !file.trail)
        return read(entry, path, until);
    struct stat status{};
    int error = lstat(path.c_str(), &status) < 0 ? errno : 0;
    const bool link = error == 0 && S_ISLNK(status.st_mode);
    std::string why;
    if (link || file.literal || file.trail)
        keep_trail(entry, path, link);
    if (link || file.literal || file.trail || error != 0) {
        // The look counts only now, with every place watched.
        const auto there = place_.opener.status(path);
        error = there ? 0 : there.error().error;
        if (there)
            status = *there;
        else
            why = there.error().reason();
    }
    if (error == ENOENT || error == ENOTDIR)
        return forget(entry, path, "");
    if (error != 0) {
        set_state(entry, path, false, why.empty() ? std::strerror(error) : why);
        return Fate::Unreadable;
    }
    if (!S_ISREG(status.st_mode)) {
        if (link && S_ISDIR(status.st_mode))
            place_.tree.leads_to_directory(path);
        if (link && S_ISCHR(status.st_mode) && !file.literal) {
            // Everybody writes to /dev/null, all the time.
            polled_.erase(&entry);
            file.trail.reset();
        }
        return forget(entry, path, file.literal ? wrong_kind(status.st_mode) : "");
    }
    if (file.known && !file.racy && file.stamp == Stamp::of(status) &&
        (writing_.empty() || !writing_.contains(path)) &&
        (problems_.empty() || !problems_.contains(path)) &&
        (unseen_.empty() || !unseen_.contains(path)))
        return Fate::Unchanged;
    return read(entry, path, until);
}

std::optional<Fate> FileTable::read(Entry& entry, const std::string& path,
                                    Clock::time_point until) {
    using Why = NotRead::Why;
    auto& file = entry.second;
    const bool seems_written =
        file.seems_written && place_.loop.now() - file.written_at < file.timing.debounce_max;
    const auto read = place_.reader.read(path, seems_written, on_read_ != nullptr, until, reading_);
    if (!read)
        return std::nullopt;
    const auto& content = *read;
    if (!content) {
        const auto& [why, reason] = content.error();
        // The content that was read last stays in the snapshot while the file cannot be read.
        if (why == Why::Writing || why == Why::Unreadable) {
            set_state(entry, path, why == Why::Writing, reason);
            return why == Why::Writing ? Fate::BeingWritten : Fate::Unreadable;
        }
        return forget(entry, path, "");
    }
    if (on_read_)
        if (const auto bytes = place_.reader.bytes())
            on_read_(path, content->id, *bytes);
    const auto files = snapshot_.files.size();
    const auto old = snapshot_.files.try_emplace(next_file_, path, content->id);
    const bool is_new = snapshot_.files.size() > files;
    next_file_ = std::next(old);
    const bool changed = is_new || old->second != content->id;
    if (told_any_ && changed)
        log_.record(path, is_new ? ChangeLog::State() : ChangeLog::Known{old->second, file.stamp},
                    ChangeLog::Known{content->id, content->stamp});
    old->second = content->id;
    if (!file.known || file.stamp != content->stamp)
        file.written = ++written_;
    file.known = true;
    file.stamp = content->stamp;
    file.racy = content->racy;
    set_state(entry, path, false, "");
    return changed ? Fate::Changed : Fate::Unchanged;
}

// Forgets a file: there is no regular one (any more).
Fate FileTable::forget(Entry& entry, const std::string& path, std::string problem) {
    auto& file = entry.second;
    if (const auto old = snapshot_.files.find(path); old != snapshot_.files.end()) {
        if (told_any_)
            log_.record(path, ChangeLog::Known{old->second, file.stamp}, {});
        next_file_ = snapshot_.files.erase(old);
    }
    file.known = false;
    set_state(entry, path, false, std::move(problem));
    // A link that leads nowhere is kept: its target may come.
    if (!file.literal && !(file.link && place_.tree.has(*file.folder->path)))
        erase(entry);
    return Fate::Gone;
}

void FileTable::erase(Entry& entry) {
    auto& in = *entry.second.folder;
    if (entry.second.dirty) {
        std::erase(dirty_, &entry);
        std::erase(looking_, &entry);
    }
    polled_.erase(&entry);
    in.files.erase(in.files.find(entry.first));
    if (!in.files.empty())
        return;
    if (last_folder_ == &in)
        last_folder_ = nullptr;
    folders_.erase(folders_.find(*in.path));
}

void FileTable::set_state(Entry& entry, const std::string& path, bool writing,
                          std::string problem) {
    const auto& file = entry.second;
    if (writing)
        writing_.insert(path);
    else if (!writing_.empty())
        writing_.erase(path);
    const int blind = file.trail ? file.trail->blind() : 0;
    std::string unseen;
    if (problem.empty() && blind != 0 && !out_of_watches(blind)) // that is the set's to tell
        unseen = std::string("its changes cannot be seen: ") + std::strerror(blind);
    const auto set = [&path](auto& reasons, std::string reason) {
        if (!reason.empty())
            reasons[path] = std::move(reason);
        else if (!reasons.empty())
            reasons.erase(path);
    };
    set(problems_, std::move(problem));
    set(unseen_, std::move(unseen));
}

void FileTable::list_states() {
    snapshot_.missing.clear();
    for (const auto& path : place_.selection.literals())
        if (!snapshot_.files.contains(path) && !writing_.contains(path) &&
            !problems_.contains(path) && !unseen_.contains(path))
            snapshot_.missing.push_back(path);
    snapshot_.writing.assign(writing_.begin(), writing_.end());
    snapshot_.unreadable = place_.tree.problems();
    for (const auto& [path, problem] : problems_)
        snapshot_.unreadable.push_back({path, 0, 0, problem, Audience::Everybody});
    snapshot_.unseen.clear();
    for (const auto& [path, problem] : unseen_)
        snapshot_.unseen.push_back({path, 0, 0, problem, Audience::Everybody});
}

std::vector<std::string> FileTable::written_since(std::uint64_t mark) const {
    std::vector<std::string> paths;
    for (const auto& [directory, folder] : folders_)
        for (const auto& [name, file] : folder.files)
            if (file.known && file.written > mark)
                paths.push_back(join(directory, name));
    return paths;
}

bool FileTable::news() const {
    return !told_any_ || snapshot_.missing != told_.missing || snapshot_.writing != told_.writing ||
           snapshot_.unreadable != told_.unreadable || snapshot_.unseen != told_.unseen ||
           !log_.changes().empty();
}

std::vector<FileChange> FileTable::take_changes() {
    auto changes = log_.changes();
    log_.clear();
    told_any_ = true;
    told_ = {{}, snapshot_.missing, snapshot_.writing, snapshot_.unreadable, snapshot_.unseen};
    return changes;
}

} // namespace hotreload::watch
