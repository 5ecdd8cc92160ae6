// SPDX-License-Identifier: LGPL-2.1-or-later
#include "project/member.hpp"

#include "core/glob.hpp"

#include <algorithm>
#include <utility>

namespace hotreload::project {

WatchDefinition schema_watch(const WatchDefinition& of) {
    WatchDefinition watch{.files = {escape_glob(of.schema)}};
    watch.debounce = of.debounce;
    watch.debounce_max = of.debounce_max;
    return watch;
}

std::vector<WatchDefinition> MemberRules::watches() const {
    auto watches = definition->watches;
    for (const auto& watch : definition->watches)
        if (!watch.schema.empty())
            watches.push_back(schema_watch(watch));
    return watches;
}

bool Member::arm(Files& files, const Shared<MemberDefinition>& definition,
                 Files::OnSettled on_settled,
                 const std::function<Files::OnRead(std::shared_ptr<const MemberRules>)>& on_read) {
    const bool same = rules_ && rules_->definition->watches == definition->watches;
    if (!same)
        rules_ = std::make_shared<const MemberRules>(definition);
    if (files_ && same)
        return false;
    read_all_next();
    auto watched = files.watch(rules_->watches(), std::move(on_settled), on_read(rules_));
    unwatchable_ = watched ? "" : watched.error().message;
    files_ = watched ? std::move(*watched) : nullptr;
    return true;
}

void Member::disarm(const Shared<MemberDefinition>& definition) {
    if (!rules_ || rules_->definition->watches != definition->watches)
        rules_ = std::make_shared<const MemberRules>(definition);
    files_.reset();
}

Duration Member::debounce_max() const {
    Duration slowest{};
    if (rules_)
        for (const auto& watch : rules_->definition->watches)
            slowest = std::max(slowest, watch.debounce_max);
    return slowest;
}

Task<> Member::look_ahead(Rescan rescan) {
    ahead_ = true;
    return files_->look_ahead(fresh_ ? Rescan::All : rescan);
}

bool Member::look(Rescan rescan) {
    const bool ahead = std::exchange(ahead_, false);
    auto look = files_->look(ahead ? Rescan::Dirty : fresh_ ? Rescan::All : rescan);
    take(look.content);
    mark_ = files_->mark();
    renamed_.clear();
    for (const auto& change : look.changes)
        if (change.kind == ChangeKind::Renamed)
            renamed_[change.path] = change.from;
    return std::exchange(fresh_, false);
}

void Member::take(Snapshot seen) {
    seen_ = std::move(seen);
}

bool Member::moved_on() const {
    const auto now = files_->look(Rescan::Dirty).content;
    const auto& before = seen_.files;
    const auto is_other = [&](const auto& file, const auto& files) {
        const auto there = files.find(file.first);
        return (there == files.end() || there->second != file.second) &&
               rules_->rules.format(file.first) == Format::Bytes;
    };
    return std::ranges::any_of(now.files,
                               [&](const auto& each) { return is_other(each, before); }) ||
           std::ranges::any_of(before, [&](const auto& each) { return is_other(each, now.files); });
}

bool Member::differs() const {
    const auto now = files_->look(Rescan::Dirty).content;
    return now.files != seen_.files || std::ranges::any_of(now.writing, [&](const auto& path) {
               return !std::ranges::contains(seen_.writing, path);
           });
}

std::size_t Member::doubt(std::map<std::string, ContentId>& applied) {
    if (!files_)
        return 0;
    const auto look = files_->look(Rescan::Dirty);
    const auto& now = look.content;
    // No change as long as it is so; nobody knows what was read of it.
    auto doubted = std::erase_if(applied, [&](const auto& each) {
        const auto& path = each.first;
        if (std::ranges::contains(now.unreadable, path, &Problem::path))
            return true;
        return !now.files.contains(path) && (std::ranges::contains(now.missing, path) ||
                                             std::ranges::contains(now.writing, path));
    });
    for (const auto& path : files_->written_since(mark_))
        if (now.files.contains(path))
            doubted += applied.erase(path);
    for (const auto& [path, id] : applied)
        if (!now.files.contains(path))
            gone_.insert(path);
    return doubted;
}

std::size_t Member::doubt_what_came_back(std::map<std::string, ContentId>& applied) {
    std::size_t doubted = 0;
    std::erase_if(gone_, [&](const std::string& path) {
        if (!seen_.files.contains(path))
            return !applied.contains(path); // that it is gone has been acted on
        doubted += applied.erase(path);
        return true;
    });
    return doubted;
}

std::optional<Duration> Member::wait_for_emptied(const std::map<std::string, ContentId>& applied,
                                                 Duration now) {
    const auto before = std::exchange(emptied_, {});
    Duration until{};
    if (!rules_)
        return std::nullopt;
    for (const auto& [path, id] : seen_.files) {
        const auto held = applied.find(path);
        if (id.size > 0 || held == applied.end() || held->second.size == 0)
            continue;
        const auto known = before.find(path);
        const auto since = known == before.end() ? now : known->second;
        const auto* const watch = rules_->rules.watch(path);
        emptied_[path] = since;
        until =
            std::max(until, since + (watch ? watch->debounce_max : WatchDefinition().debounce_max));
    }
    return until > now ? std::optional(until) : std::nullopt;
}

} // namespace hotreload::project
