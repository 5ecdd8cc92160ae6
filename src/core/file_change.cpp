// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/change.hpp"
#include "core/watch_rules.hpp"

#include <algorithm>
#include <format>
#include <optional>
#include <tuple>
#include <utility>

namespace hotreload {

namespace {

KeyChange key_change(const KeyDifference& difference, Strategy strategy, std::string reason) {
    return {.operation = difference.operation,
            .pointer = to_pointer(difference.path),
            .key = to_key(difference.path),
            .before = difference.before,
            .after = difference.after,
            .strategy = strategy,
            .reason = std::move(reason)};
}

// The change of a file that is in both snapshots with other bytes.
Change modified(const std::string& path, const WatchRules& rules, const DocumentState* document) {
    Change change{.subject = path, .kind = ChangeKind::Modified};
    std::tie(change.strategy, change.reason) = rules.strategy(path);
    if (rules.is_schema(path) && !rules.watch(path)) {
        change.strategy = Strategy::None;
        change.reason = "documents are checked against it";
        return change;
    }
    if (!document)
        return change;
    if (!document->problems.empty()) {
        change.reason.clear();
        change.problem = document->problems.front();
        return change;
    }
    if (!document->compared)
        return change;
    change.strategy = Strategy::None;
    if (document->differences.empty()) {
        change.kind = ChangeKind::Rewritten;
        change.reason = "means the same";
        return change;
    }
    change.reason.clear();
    for (const auto& difference : document->differences) {
        auto [strategy, reason] = rules.strategy(path, difference);
        if (change.reason.empty() || strategy > change.strategy) {
            change.strategy = strategy;
            change.reason = reason;
        }
        change.keys.push_back(key_change(difference, strategy, std::move(reason)));
    }
    change.more_keys = document->more;
    return change;
}

} // namespace

std::vector<Change> diff_files(const MemberRecord& applied, const MemberDefinition& wanted,
                               const Snapshot& now,
                               const std::map<std::string, DocumentState>& documents,
                               const Automatic& automatic,
                               std::shared_ptr<const WatchPatterns> patterns) {
    std::vector<Change> changes;
    const WatchRules rules(wanted, std::move(patterns), automatic);
    const auto add = [&](const std::string& path, ChangeKind kind) {
        auto [strategy, reason] = rules.strategy(path);
        changes.push_back({.subject = path,
                           .kind = kind,
                           .before = {},
                           .after = {},
                           .strategy = strategy,
                           .reason = std::move(reason),
                           .keys = {}});
    };
    std::optional<WatchRules> applied_rules; // where they are other ones
    if (applied.definition.watches != wanted.watches)
        applied_rules.emplace(applied.definition);
    for (const auto& [path, content] : now.files) {
        // `content` is what was read of it last: it is taken when it is whole and can be read.
        if (std::ranges::contains(now.writing, path) ||
            std::ranges::contains(now.unreadable, path, &Problem::path))
            continue;
        const auto old = applied.files.find(path);
        if (old == applied.files.end()) {
            if (rules.watch(path) && (!applied_rules || applied_rules->watch(path)))
                add(path, ChangeKind::Created);
        } else if (old->second != content) {
            const auto document = documents.find(path);
            changes.push_back(
                modified(path, rules, document == documents.end() ? nullptr : &document->second));
        }
    }
    const auto is_state = [&](const std::string& path) {
        return std::ranges::contains(now.missing, path) ||
               std::ranges::contains(now.writing, path) || is_out_of_sight(now, path);
    };
    for (const auto& [path, content] : applied.files)
        if (!now.files.contains(path) && !is_state(path) && rules.watch(path))
            add(path, ChangeKind::Deleted);
    std::ranges::sort(changes, {}, &Change::subject);
    return changes;
}

} // namespace hotreload
