// SPDX-License-Identifier: LGPL-2.1-or-later
#include "watch/change_log.hpp"

#include <algorithm>

namespace hotreload::watch {

namespace {

// The same file under another name. An inode's number alone is soon used again.
bool same_file(const ChangeLog::Known& a, const ChangeLog::Known& b) {
    return a.id == b.id && a.stamp.device == b.stamp.device && a.stamp.inode == b.stamp.inode;
}

} // namespace

void ChangeLog::record(const std::string& path, const State& before, const State& after) {
    steps_.try_emplace(path, Step{before, {}}).first->second.after = after;
}

std::vector<FileChange> ChangeLog::changes() const {
    std::vector<FileChange> changes;
    for (const auto& [path, step] : steps_) {
        if (!step.before && step.after)
            changes.push_back({ChangeKind::Created, path, ""});
        else if (step.before && !step.after)
            changes.push_back({ChangeKind::Deleted, path, ""});
        else if (step.before && step.before->id != step.after->id)
            changes.push_back({ChangeKind::Modified, path, ""});
    }
    std::multimap<std::uint64_t, const FileChange*> deleted; // by inode
    for (const auto& change : changes)
        if (change.kind == ChangeKind::Deleted)
            deleted.emplace(steps_.at(change.path).before->stamp.inode, &change);
    if (deleted.empty())
        return changes;
    std::vector<std::string> renamed_from;
    for (auto& change : changes) {
        if (change.kind != ChangeKind::Created)
            continue;
        const auto& now = *steps_.at(change.path).after;
        const auto [first, last] = deleted.equal_range(now.stamp.inode);
        const auto old = std::find_if(first, last, [&](const auto& each) {
            return same_file(*steps_.at(each.second->path).before, now);
        });
        if (old == last)
            continue;
        change.kind = ChangeKind::Renamed;
        change.from = old->second->path;
        renamed_from.push_back(change.from);
        deleted.erase(old);
    }
    std::erase_if(changes, [&](const FileChange& change) {
        return change.kind == ChangeKind::Deleted &&
               std::ranges::find(renamed_from, change.path) != renamed_from.end();
    });
    return changes;
}

} // namespace hotreload::watch
