// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/patch.hpp"

#include <algorithm>
#include <set>

namespace hotreload {

namespace {

using Kind = PatchOperation::Kind;

// Walks both trees at once. Nothing is copied but what differs, and its path.
class Differ {
public:
    void compare(const Value& before, const Value& after) {
        if (before.object() && after.object())
            objects(*before.object(), *after.object());
        else if (before.array() && after.array())
            arrays(*before.array(), *after.array());
        else if (!(before == after))
            patch.push_back({Kind::Replace, path_, before, after});
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
        // From the back, so that no index moves before its turn.
        for (std::size_t i = before_end; i-- > both_end;)
            at(i, [&] { remove(before[i]); });
    }

    template <class Do>
    void at(std::size_t index, Do what) {
        path_.emplace_back(index);
        what();
        path_.pop_back();
    }

    void add(const Value& value) { patch.push_back({Kind::Add, path_, std::nullopt, value}); }
    void remove(const Value& value) { patch.push_back({Kind::Remove, path_, value, std::nullopt}); }

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

} // namespace

std::string_view to_string(PatchOperation::Kind kind) {
    switch (kind) {
    case Kind::Add:
        return "add";
    case Kind::Remove:
        return "remove";
    case Kind::Replace:
        break;
    }
    return "replace";
}

Patch diff(const Value& before, const Value& after) {
    Differ differ;
    differ.compare(before, after);
    return std::move(differ.patch);
}

std::vector<KeyPath> touched_leaves(const PatchOperation& operation) {
    std::set<KeyPath> leaves;
    KeyPath path = operation.path;
    for (const auto* side : {&operation.before, &operation.after})
        if (*side)
            collect_leaves(**side, path, leaves);
    return {leaves.begin(), leaves.end()};
}

} // namespace hotreload
