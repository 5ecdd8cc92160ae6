// SPDX-License-Identifier: LGPL-2.1-or-later
#include "document/schema/circles.hpp"

#include <unordered_map>
#include <utility>
#include <vector>

namespace hotreload::document {

namespace {

std::vector<const SchemaNode*>
for_same_value(const SchemaNode& node,
               const std::function<const SchemaNode*(const SchemaNode&)>& dynamic) {
    std::vector<const SchemaNode*> next;
    if (!node.combined)
        return next;
    const auto& rules = *node.combined;
    const auto add = [&](const SchemaNode* each) {
        if (each)
            next.push_back(each);
    };
    for (const auto* each :
         {rules.reference, rules.forbidden, rules.condition, rules.then, rules.otherwise})
        add(each);
    for (const auto* list : {&rules.all, &rules.any, &rules.one})
        for (const auto* each : *list)
            add(each);
    for (const auto& [key, each] : rules.dependent)
        add(each);
    add(dynamic(node));
    return next;
}

} // namespace

// The search has no recursion: references may make a chain of all schemas.
const SchemaNode* find_circle(const std::deque<SchemaNode>& nodes,
                              const std::function<const SchemaNode*(const SchemaNode&)>& dynamic) {
    struct Step {
        const SchemaNode* node;
        std::vector<const SchemaNode*> next;
    };
    std::unordered_map<const SchemaNode*, bool> done; // false: on the way here
    std::vector<Step> way;
    const auto enter = [&](const SchemaNode& node) {
        done.emplace(&node, false);
        way.push_back({.node = &node, .next = for_same_value(node, dynamic)});
    };
    for (const auto& start : nodes) {
        if (start.combined && !done.contains(&start))
            enter(start);
        while (!way.empty()) {
            auto& [node, next] = way.back();
            if (next.empty()) {
                done[node] = true;
                way.pop_back();
                continue;
            }
            const auto* to = next.back();
            next.pop_back();
            const auto known = done.find(to);
            if (known == done.end())
                enter(*to);
            else if (!known->second)
                return to->schema ? to : node;
        }
    }
    return nullptr;
}

} // namespace hotreload::document
