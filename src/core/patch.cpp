// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/patch.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

namespace hotreload {

namespace {

using Operation = PatchOperation::Kind;

// Walks both trees at once. Nothing is copied but what differs, and its path.
class Differ {
public:
    void compare(const Value& before, const Value& after) {
        if (before.typed_key != after.typed_key) {
            remove(before);
            add(after);
        } else if (before.form == after.form && before.object() && after.object()) {
            objects(*before.object(), *after.object());
        } else if (before.form == after.form && before.array() && after.array()) {
            arrays(*before.array(), *after.array());
        } else if (!(before == after)) {
            patch.push_back({Operation::Replace, path_, before, after, {}});
        }
    }

    Patch patch;

private:
    void objects(const Value::Object& before, const Value::Object& after) {
        auto b = before.begin();
        auto a = after.begin();
        while (b != before.end() || a != after.end()) {
            const int order = b == before.end()  ? 1
                              : a == after.end() ? -1
                                                 : b->first.compare(a->first);
            path_.emplace_back(order <= 0 ? b->first : a->first);
            if (order < 0)
                remove((b++)->second);
            else if (order > 0)
                add((a++)->second);
            else
                compare((b++)->second, (a++)->second);
            path_.pop_back();
        }
    }

    void arrays(const Value::Array& before, const Value::Array& after) {
        const auto [b, a] = std::ranges::mismatch(before, after);
        const auto first = static_cast<std::size_t>(b - before.begin());
        std::size_t before_end = before.size();
        std::size_t after_end = after.size();
        while (before_end > first && after_end > first &&
               before[before_end - 1] == after[after_end - 1]) {
            --before_end;
            --after_end;
        }
        const std::size_t both_end = std::min(before_end, after_end);
        for (std::size_t i = first; i < both_end; ++i)
            at(i, [&] { compare(before[i], after[i]); });
        for (std::size_t i = both_end; i < after_end; ++i)
            at(i, [&] { add(after[i]); });
        // The elements are removed from the back, so that no index moves before its turn.
        for (std::size_t i = before_end; i-- > both_end;)
            at(i, [&] { remove(before[i]); });
    }

    template <class Do>
    void at(std::size_t index, Do what) {
        path_.emplace_back(index);
        what();
        path_.pop_back();
    }

    void add(const Value& value) {
        patch.push_back({Operation::Add, path_, std::nullopt, value, {}});
    }
    void remove(const Value& value) {
        patch.push_back({Operation::Remove, path_, value, std::nullopt, {}});
    }

    KeyPath path_;
};

void collect_leaves(const Value& value, KeyPath& path, std::set<KeyPath>& leaves) {
    const auto* object = value.object();
    const auto* array = value.array();
    if (object && !object->empty()) {
        for (const auto& [key, member] : *object) {
            path.emplace_back(key);
            collect_leaves(member, path, leaves);
            path.pop_back();
        }
    } else if (array && !array->empty()) {
        for (std::size_t i = 0; i < array->size(); ++i) {
            path.emplace_back(i);
            collect_leaves((*array)[i], path, leaves);
            path.pop_back();
        }
    } else {
        leaves.insert(path);
    }
}

// A line of an ordered document, and where it stands.
struct Entry {
    std::pair<std::uint32_t, std::uint32_t> place;
    KeyPath path;
    const Value* value;
};

void collect_entries(const Value& value, KeyPath& path, std::vector<Entry>& entries) {
    const auto* object = value.object();
    const auto* array = value.array();
    if (object && !object->empty()) {
        for (const auto& [key, member] : *object) {
            path.emplace_back(key);
            collect_entries(member, path, entries);
            path.pop_back();
        }
    } else if (array && !array->empty()) {
        for (std::size_t i = 0; i < array->size(); ++i) {
            path.emplace_back(i);
            collect_entries((*array)[i], path, entries);
            path.pop_back();
        }
    } else {
        entries.push_back({{value.line, value.column}, path, &value});
    }
}

std::vector<Entry> entries_of(const Value& root) {
    std::vector<Entry> entries;
    KeyPath path;
    collect_entries(root, path, entries);
    std::ranges::stable_sort(entries, {}, &Entry::place);
    return entries;
}

// Words are what an entry says, wherever it stands and whichever it is of its kind.
using Words = std::tuple<std::string, std::string, std::string>;

Words words_of(const Entry& entry) {
    KeyPath keys;
    std::ranges::copy_if(entry.path, std::back_inserter(keys), [](const auto& step) {
        return std::holds_alternative<std::string>(step);
    });
    if (const auto* opaque = std::get_if<Opaque>(&entry.value->data))
        return {to_key(keys), opaque->type, opaque->text};
    const auto* text = entry.value->string();
    return {to_key(keys), text ? "text" : "", text ? *text : ""};
}

// The numbers that are not in the longest run that rises, by their places.
std::vector<std::size_t> out_of_order(const std::vector<std::size_t>& numbers) {
    constexpr auto none = static_cast<std::size_t>(-1);
    std::vector<std::size_t> ends; // of the best run of each length, where it ends
    std::vector<std::size_t> before(numbers.size(), none);
    for (std::size_t i = 0; i < numbers.size(); ++i) {
        const auto at = std::ranges::lower_bound(ends, numbers[i], {},
                                                 [&](std::size_t end) { return numbers[end]; });
        if (at != ends.begin())
            before[i] = *std::prev(at);
        if (at == ends.end())
            ends.push_back(i);
        else
            *at = i;
    }
    std::vector<std::size_t> rest;
    auto next = ends.empty() ? none : ends.back();
    for (std::size_t i = numbers.size(); i-- > 0;) {
        if (i == next)
            next = before[i];
        else
            rest.push_back(i);
    }
    std::ranges::reverse(rest);
    return rest;
}

// Entries that say what they said, in another place among the others that do.
void add_moves(const Value& before, const Value& after, Patch& patch) {
    constexpr std::size_t many = 50;
    constexpr std::size_t many_passed = 100'000; // paths, of all that was moved
    const auto old_entries = entries_of(before);
    const auto new_entries = entries_of(after);
    std::map<Words, std::vector<std::size_t>> there;
    for (std::size_t i = old_entries.size(); i-- > 0;)
        there[words_of(old_entries[i])].push_back(i);
    std::vector<const Entry*> kept;
    std::vector<std::size_t> stood;
    for (const auto& entry : new_entries) {
        const auto found = there.find(words_of(entry));
        if (found == there.end() || found->second.empty())
            continue;
        kept.push_back(&entry);
        stood.push_back(found->second.back());
        found->second.pop_back();
    }
    const auto moved = out_of_order(stood);
    if (moved.size() > many || moved.size() * kept.size() > many_passed) {
        patch.push_back({Operation::Replace, {}, before, after, {}});
        return;
    }
    for (const auto i : moved) {
        PatchOperation move{Operation::Move, kept[i]->path, *kept[i]->value, *kept[i]->value, {}};
        for (std::size_t j = 0; j < kept.size(); ++j)
            if ((j < i) != (stood[j] < stood[i]) && j != i)
                move.past.push_back(kept[j]->path);
        patch.push_back(std::move(move));
    }
}

} // namespace

Patch diff(const Value& before, const Value& after) {
    Differ differ;
    differ.compare(before, after);
    Patch patch = std::move(differ.patch);
    if (before.form == Form::Ordered && after.form == Form::Ordered)
        add_moves(before, after, patch);
    if (patch.empty() && !(before == after))
        patch.push_back({Operation::Replace, {}, before, after, {}});
    return patch;
}

std::vector<KeyPath> touched_leaves(const PatchOperation& operation) {
    std::set<KeyPath> leaves;
    KeyPath path = operation.path;
    for (const auto* side : {&operation.before, &operation.after})
        if (*side)
            collect_leaves(**side, path, leaves);
    leaves.insert(operation.past.begin(), operation.past.end());
    return {leaves.begin(), leaves.end()};
}

} // namespace hotreload
