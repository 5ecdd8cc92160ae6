// SPDX-License-Identifier: LGPL-2.1-or-later
#include "watch/file_table.hpp"

#include "watch/paths.hpp"

#include <sys/stat.h>

#include <cerrno>
#include <cstring>

namespace hotreload::watch {

namespace {

std::string wrong_kind(mode_t mode) {
    return S_ISDIR(mode) ? "it is a directory" : "it is no regular file";
}

} // namespace

FileTable::FileTable(const Place& place, OnDirty on_dirty)
    : place_(place), on_dirty_(std::move(on_dirty)) {
    for (const auto& path : place.selection.literals())
        add(path, *place.selection.file(path)).second.literal = true;
}

FileTable::Entry& FileTable::add(const std::string& path, const Timing& timing) {
    auto& entry = *files_.try_emplace(path).first;
    entry.second.timing = timing;
    return entry;
}

void FileTable::mark(Entry& entry) {
    if (!entry.second.dirty) {
        entry.second.dirty = true;
        dirty_.push_back(&entry);
    }
    on_dirty_(entry.second.timing);
}

void FileTable::event(const std::string& path, const EntryEvent& event) {
    if (const auto known = files_.find(path); known != files_.end())
        return entry_event(*known, event);
    if (event.mask & (IN_DELETE | IN_MOVED_FROM))
        return; // a name that came and went between two looks
    if (const auto timing = place_.selection.file(path))
        entry_event(add(path, *timing), event);
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
    mark(entry);
}

void FileTable::found(const std::string& path) {
    if (files_.contains(path))
        return; // suspect_below() has it if there is doubt
    if (const auto timing = place_.selection.file(path))
        mark(add(path, *timing));
}

void FileTable::suspect_below(const std::string& directory) {
    const auto [first, last] = below(files_, directory);
    for (auto each = first; each != last; ++each)
        mark(*each);
}

void FileTable::suspect_written() {
    for (const auto& path : writing_)
        mark(*files_.find(path));
}

void FileTable::suspect_all() {
    for (auto& entry : files_) {
        // Events may have been lost, so that what they said of writers is void.
        entry.second.seems_written = false;
        mark(entry);
        if (entry.second.trail)
            entry.second.trail->walk();
    }
}

void FileTable::follow() {
    for (std::size_t i = 0; i < dirty_.size(); ++i) // a walk may add to it
        if (auto& trail = dirty_[i]->second.trail; trail && trail->broken())
            trail->walk();
}

void FileTable::refresh() {
    for (auto* entry : std::exchange(dirty_, {})) {
        entry->second.dirty = false;
        examine(*entry);
    }
    list_states();
}

// Literals and links are followed from the root; the rest is in a watched directory of the tree.
void FileTable::keep_trail(Entry& entry) {
    auto& [path, file] = entry;
    struct stat status{};
    const bool link = lstat(path.c_str(), &status) == 0 && S_ISLNK(status.st_mode);
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
}

void FileTable::examine(Entry& entry) {
    auto& [path, file] = entry;
    if (!file.literal && !place_.tree.has(parent_of(path)))
        return forget(entry, "");
    keep_trail(entry);
    // Only now, with every place watched, does the look count.
    struct stat status{};
    if (::stat(path.c_str(), &status) < 0) {
        const int error = errno;
        if (error == ENOENT || error == ENOTDIR)
            return forget(entry, "");
        return set_state(entry, false, std::strerror(error));
    }
    if (!S_ISREG(status.st_mode))
        return forget(entry, file.literal ? wrong_kind(status.st_mode) : "");
    if (file.known && !file.racy && file.stamp == Stamp::of(status) && !writing_.contains(path) &&
        !problems_.contains(path))
        return;
    read(entry);
}

void FileTable::read(Entry& entry) {
    using Why = NotRead::Why;
    auto& [path, file] = entry;
    const bool seems_written =
        file.seems_written && place_.loop.now() - file.written_at < file.timing.debounce_max;
    const auto content = place_.reader.read(path, seems_written);
    if (!content) {
        const auto [why, error] = content.error();
        // What was read last stays in the snapshot while the file cannot be read.
        if (why == Why::Writing || why == Why::Unreadable)
            return set_state(entry, why == Why::Writing, error != 0 ? std::strerror(error) : "");
        return forget(entry, "");
    }
    const auto [old, is_new] = snapshot_.files.try_emplace(path, content->id);
    if (told_any_ && (is_new || old->second != content->id))
        log_.record(path, is_new ? ChangeLog::State() : ChangeLog::Known{old->second, file.stamp},
                    ChangeLog::Known{content->id, content->stamp});
    old->second = content->id;
    file.known = true;
    file.stamp = content->stamp;
    file.racy = content->racy;
    set_state(entry, false, "");
}

// There is no regular file (any more).
void FileTable::forget(Entry& entry, std::string problem) {
    auto& [path, file] = entry;
    if (const auto old = snapshot_.files.find(path); old != snapshot_.files.end()) {
        if (told_any_)
            log_.record(path, ChangeLog::Known{old->second, file.stamp}, {});
        snapshot_.files.erase(old);
    }
    file.known = false;
    set_state(entry, false, std::move(problem));
    // A link that leads nowhere is kept: its target may come.
    if (file.literal || (file.link && place_.tree.has(parent_of(path))))
        return;
    std::erase(dirty_, &entry);
    files_.erase(files_.find(path));
}

void FileTable::set_state(Entry& entry, bool writing, std::string problem) {
    const auto& [path, file] = entry;
    if (writing)
        writing_.insert(path);
    else
        writing_.erase(path);
    const int blind = file.trail ? file.trail->blind() : 0;
    if (problem.empty() && blind != 0 && blind != ENOSPC) // ENOSPC is the tree watcher's to tell
        problem = std::string("its changes cannot be seen: ") + std::strerror(blind);
    if (problem.empty())
        problems_.erase(path);
    else
        problems_[path] = std::move(problem);
}

void FileTable::list_states() {
    snapshot_.missing.clear();
    for (const auto& path : place_.selection.literals())
        if (!snapshot_.files.contains(path) && !writing_.contains(path) &&
            !problems_.contains(path))
            snapshot_.missing.push_back(path);
    snapshot_.writing.assign(writing_.begin(), writing_.end());
    snapshot_.unreadable = place_.tree.problems();
    for (const auto& [path, problem] : problems_)
        snapshot_.unreadable.push_back({path, 0, 0, problem});
}

bool FileTable::news() const {
    return !told_any_ || snapshot_.missing != told_.missing || snapshot_.writing != told_.writing ||
           snapshot_.unreadable != told_.unreadable || !log_.changes().empty();
}

std::vector<FileChange> FileTable::take_changes() {
    auto changes = log_.changes();
    log_.clear();
    told_any_ = true;
    told_ = {{}, snapshot_.missing, snapshot_.writing, snapshot_.unreadable};
    return changes;
}

} // namespace hotreload::watch
