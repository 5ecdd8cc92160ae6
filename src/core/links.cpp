// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/links.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace hotreload {

namespace {

using Names = LinkGraph::Names;

// Adds to `found`: `names` and all that `next` leads to from one of them. Names that are there
// before are not gone over again.
template <class Next>
void add_closure(Names& found, const Names& names, Next next) {
    std::vector<std::string> open;
    const auto meet = [&](const std::string& name) {
        if (found.insert(name).second)
            open.push_back(name);
    };
    std::ranges::for_each(names, meet);
    while (!open.empty()) {
        const auto name = std::move(open.back());
        open.pop_back();
        std::ranges::for_each(next(name), meet);
    }
}

template <class Next>
Names closure(const Names& names, Next next) {
    Names found;
    add_closure(found, names, next);
    return found;
}

const std::vector<std::string> kNobody;

const std::vector<std::string>& at(const std::map<std::string, std::vector<std::string>>& lists,
                                   const std::string& name) {
    const auto found = lists.find(name);
    return found == lists.end() ? kNobody : found->second;
}

// Sets of members each of which leads to all others of its set; a set comes after those that it
// leads to. Tarjan's way, on a stack of our own: a chain may be as long as a project file has
// services.
class Knots {
public:
    explicit Knots(const LinkGraph& graph) : graph_(graph) {}

    std::vector<std::vector<std::string>> from(const Names& names) {
        for (const auto& name : names)
            if (graph_.contains(name) && !found_.contains(name))
                visit(name);
        return std::move(knots_);
    }

private:
    struct Found {
        std::size_t number = 0; // in the order in which they were met
        std::size_t lowest = 0; // of what it leads back to
        bool tied = true;       // its knot is not known yet
    };
    struct Way {
        std::string name;
        std::vector<std::string> ahead; // the next one last
    };

    void enter(const std::string& name) {
        found_[name] = {found_.size(), found_.size()};
        open_.push_back(name);
        auto ahead = graph_.of(name).all();
        std::ranges::reverse(ahead);
        way_.push_back({name, std::move(ahead)});
    }

    void visit(const std::string& first) {
        for (enter(first); !way_.empty();) {
            auto& [name, ahead] = way_.back();
            if (ahead.empty()) {
                leave();
                continue;
            }
            const auto next = std::move(ahead.back());
            ahead.pop_back();
            if (!graph_.contains(next))
                continue;
            if (const auto met = found_.find(next); met == found_.end())
                enter(next);
            else if (met->second.tied)
                lead_back(name, met->second.number);
        }
    }

    void lead_back(const std::string& name, std::size_t to) {
        auto& lowest = found_.at(name).lowest;
        lowest = std::min(lowest, to);
    }

    void leave() {
        const auto name = std::move(way_.back().name);
        way_.pop_back();
        const auto found = found_.at(name);
        if (!way_.empty())
            lead_back(way_.back().name, found.lowest);
        if (found.lowest != found.number)
            return;
        auto& knot = knots_.emplace_back();
        do {
            knot.push_back(std::move(open_.back()));
            open_.pop_back();
            found_.at(knot.back()).tied = false;
        } while (knot.back() != name);
    }

    const LinkGraph& graph_;
    std::map<std::string, Found> found_;
    std::vector<std::string> open_;
    std::vector<Way> way_;
    std::vector<std::vector<std::string>> knots_;
};

// The order of a knot, in which no order keeps all links: those of `after` are kept, and of the
// others as many as can be had by always taking one that has none left. Of definitions that were
// applied at different times, even `after` may lead round: then one is taken first all the same.
class Untied {
public:
    Untied(const LinkGraph& graph, const std::vector<std::string>& knot) {
        for (const auto& name : knot)
            open_.try_emplace(name);
        for (const auto& name : knot) {
            for (const auto& before : graph.of(name).after)
                count(name, before, &Open::after);
            for (const auto& before : graph.of(name).all())
                count(name, before, &Open::links);
        }
        for (const auto& [name, open] : open_)
            note(name, open);
    }

    std::vector<std::string> order() {
        std::vector<std::string> order;
        while (!open_.empty()) {
            const auto& ready = free_.empty() ? next_ : free_;
            const auto name = ready.empty() ? open_.begin()->first : *ready.begin();
            take(name);
            order.push_back(name);
        }
        return order;
    }

private:
    struct Open {
        std::size_t after = 0; // of the knot's, and not taken yet
        std::size_t links = 0; // the same, of all links
        std::vector<std::pair<std::string, std::size_t Open::*>> later; // who waits for it, as what
    };

    void count(const std::string& name, const std::string& before, std::size_t Open::* what) {
        if (const auto found = open_.find(before); found != open_.end() && before != name) {
            ++(open_.at(name).*what);
            found->second.later.emplace_back(name, what);
        }
    }

    void note(const std::string& name, const Open& open) {
        if (open.links == 0)
            free_.insert(name);
        else if (open.after == 0)
            next_.insert(name);
    }

    void take(const std::string& name) {
        free_.erase(name);
        next_.erase(name);
        const auto taken = std::move(open_.at(name));
        open_.erase(name);
        for (const auto& [later, what] : taken.later)
            if (const auto found = open_.find(later); found != open_.end()) {
                --(found->second.*what);
                next_.erase(later);
                note(later, found->second);
            }
    }

    std::map<std::string, Open> open_;
    Names free_; // nothing of the knot has to come before them
    Names next_; // nothing that is `after`
};

} // namespace

std::vector<std::string> Links::all() const {
    auto names = after;
    names.insert(names.end(), required.begin(), required.end());
    names.insert(names.end(), part_of.begin(), part_of.end());
    return names;
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

const std::vector<std::string>& LinkGraph::followers(const std::string& name) const {
    return at(followers_, name);
}

void LinkGraph::add_dependents(Names& found, const Names& names) const {
    add_closure(found, names, [&](const auto& each) -> const std::vector<std::string>& {
        return contains(each) ? at(linked_, each) : kNobody;
    });
}

Names LinkGraph::with_followed(const Names& names) const {
    return closure(names, [&](const auto& each) {
        auto followed = of(each).required;
        std::ranges::copy(of(each).part_of, std::back_inserter(followed));
        return followed;
    });
}

Names LinkGraph::with_followers(const Names& names) const {
    return closure(names, [&](const auto& each) { return at(followers_, each); });
}

Names LinkGraph::with_required(const Names& names) const {
    return closure(names, [&](const auto& each) {
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
    for (auto& knot : Knots(*this).from(names)) {
        if (knot.size() > 1)
            knot = Untied(*this, knot).order();
        std::ranges::copy_if(knot, std::back_inserter(order),
                             [&](const auto& name) { return names.contains(name); });
    }
    return order;
}

std::vector<std::string> LinkGraph::order() const {
    Names all;
    for (const auto& [name, unused] : links_)
        all.insert(name);
    return order(all);
}

} // namespace hotreload
