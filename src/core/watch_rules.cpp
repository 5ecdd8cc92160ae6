// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/watch_rules.hpp"

#include <algorithm>
#include <format>
#include <set>

namespace hotreload {

WatchPatterns::WatchPatterns(const std::vector<WatchDefinition>& watches) {
    // config/ has refused patterns that are none.
    if (auto selection = Selection::parse(watches))
        selection_ = *std::move(selection);
    for (const auto& each : watches) {
        auto& keys = keys_.emplace_back();
        for (const auto& [text, strategy] : each.keys) {
            auto pattern = KeyPattern::parse(text);
            if (!pattern)
                continue;
            keys.patterns.push_back(*std::move(pattern));
            keys.strategies.push_back(strategy);
        }
    }
}

WatchRules::WatchRules(const MemberDefinition& service,
                       std::shared_ptr<const WatchPatterns> patterns, Automatic automatic)
    : service_(service), patterns_(std::move(patterns)), automatic_(std::move(automatic)) {
    if (!patterns_)
        patterns_ = std::make_shared<const WatchPatterns>(service.watches);
}

const WatchDefinition* WatchRules::watch(const std::string& path) const {
    const auto first = patterns_->selection_.first_watch(path);
    return first ? &service_.watches[*first] : nullptr;
}

bool WatchRules::is_schema(const std::string& path) const {
    return std::ranges::contains(service_.watches, path, &WatchDefinition::schema);
}

Format WatchRules::format(const std::string& path) const {
    const auto* const found = watch(path);
    return found ? found->format.value_or(format_of(path)) : Format::Bytes;
}

Effect WatchRules::automatic(const std::string& path) const {
    if (service_.strategy)
        return {*service_.strategy,
                "strategy of the " + (service_.kind.empty() ? "service" : service_.kind)};
    return automatic_ ? automatic_(path) : Effect();
}

Effect WatchRules::strategy(const std::string& path) const {
    if (const auto* const definition = watch(path); definition && definition->on_change)
        return {*definition->on_change, "on_change of its watch"};
    return automatic(path);
}

Effect WatchRules::strategy(const std::string& path, const KeyDifference& difference) const {
    const auto first = patterns_->selection_.first_watch(path);
    const auto* const rules = first ? &patterns_->keys_[*first] : nullptr;
    Effect highest{Strategy::None, ""};
    for (const auto& leaf : difference.leaves) {
        const auto rule = rules ? deciding(rules->patterns, leaf) : std::nullopt;
        auto asked = strategy(path);
        if (rule) {
            asked.first = rules->strategies[*rule].value_or(automatic(path).first);
            asked.second = std::format("keys \"{}\"", rules->patterns[*rule].text());
        }
        if (highest.second.empty() || asked.first > highest.first)
            highest = std::move(asked);
    }
    return highest;
}

bool waits_for_rest_of_set(const MemberRecord& record) {
    const auto& refusal = record.refusal;
    if (!refusal || refusal->result != ReloadResult::Invalid ||
        refusal->definition != record.definition)
        return false;
    const WatchRules rules(refusal->definition);
    std::set<const WatchDefinition*> changed, unchanged;
    for (const auto& [path, id] : refusal->files) {
        const auto* const watch = rules.watch(path);
        const auto applied = record.files.find(path);
        const bool same = applied != record.files.end() && applied->second == id;
        (same ? unchanged : changed).insert(watch);
    }
    return !changed.empty() && std::ranges::all_of(changed, [&](const auto* watch) {
        return watch && watch->together && unchanged.contains(watch);
    });
}

} // namespace hotreload
