// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/links.hpp"

#include <algorithm>
#include <functional>
#include <iterator>
#include <utility>

namespace hotreload {

namespace {

using Names = LinkGraph::Names;

// `names` and all that `next` leads to from one of them.
template <class Next>
Names closure(Names names, Next next) {
    std::vector<std::string> open(names.begin(), names.end());
    while (!open.empty()) {
        const auto name = std::move(open.back());
        open.pop_back();
        for (const auto& each : next(name))
            if (names.insert(each).second)
                open.push_back(each);
    }
    return names;
}

const std::vector<std::string>& at(const std::map<std::string, std::vector<std::string>>& lists,
                                   const std::string& name) {
    static const std::vector<std::string> none;
    const auto found = lists.find(name);
    return found == lists.end() ? none : found->second;
}

// Directly or not, by `after` alone. `seen` was asked already: there may be very many ways to a
// member, and each is asked once.
bool is_after(const LinkGraph& graph, const std::string& name, const std::string& other,
              Names& seen) {
    return seen.insert(name).second &&
           std::ranges::any_of(graph.of(name).after, [&](const auto& each) {
               return each == other || is_after(graph, each, other, seen);
           });
}

} // namespace

std::vector<std::string> Links::all() const {
    auto names = after;
    names.insert(names.end(), required.begin(), required.end());
    names.insert(names.end(), part_of.begin(), part_of.end());
    return names;
}

bool Links::follows(const std::string& other) const {
    return std::ranges::contains(required, other) || std::ranges::contains(part_of, other);
}

LinkGraph::LinkGraph(std::map<std::string, Links> links) : links_(std::move(links)) {
    for (const auto& [name, each] : links_) {
        for (const auto& other : each.all())
            linked_[other].push_back(name);
        for (const auto& other : each.required)
            followers_[other].push_back(name);
        for (const auto& other : each.part_of)
            followers_[other].push_back(name);
    }
}

const Links& LinkGraph::of(const std::string& name) const {
    static const Links none;
    const auto found = links_.find(name);
    return found == links_.end() ? none : found->second;
}

Names LinkGraph::with_dependencies(const std::string& name) const {
    auto found = closure({name}, [&](const auto& each) { return of(each).all(); });
    std::erase_if(found, [&](const auto& each) { return each != name && !contains(each); });
    return found;
}

Names LinkGraph::with_followers(Names names) const {
    return closure(std::move(names), [&](const auto& each) { return at(followers_, each); });
}

Names LinkGraph::with_required(Names names) const {
    return closure(std::move(names), [&](const auto& each) {
        auto required = of(each).required;
        std::erase_if(required, [&](const auto& other) { return !contains(other); });
        return required;
    });
}

Names LinkGraph::connected(const std::string& name) const {
    return closure({name}, [&](const auto& each) {
        auto neighbours = of(each).all();
        std::erase_if(neighbours, [&](const auto& other) { return !contains(other); });
        std::ranges::copy(at(linked_, each), std::back_inserter(neighbours));
        return neighbours;
    });
}

std::vector<Names> LinkGraph::groups() const {
    std::vector<Names> groups;
    Names seen;
    for (const auto& [name, unused] : links_)
        if (!seen.contains(name)) {
            groups.push_back(connected(name));
            seen.insert(groups.back().begin(), groups.back().end());
        }
    return groups;
}

std::vector<std::string> LinkGraph::order(const Names& names) const {
    std::vector<std::string> order;
    Names seen;
    const std::function<void(const std::string&)> visit = [&](const std::string& name) {
        if (!contains(name) || !seen.insert(name).second)
            return;
        const auto& links = of(name);
        for (const auto& before : links.after)
            visit(before);
        for (const auto& before : links.all()) {
            Names seen_before;
            if (!is_after(*this, before, name, seen_before))
                visit(before);
        }
        if (names.contains(name))
            order.push_back(name);
    };
    for (const auto& name : names)
        visit(name);
    return order;
}

std::vector<std::string> LinkGraph::order() const {
    Names all;
    for (const auto& [name, unused] : links_)
        all.insert(name);
    return order(all);
}

} // namespace hotreload
