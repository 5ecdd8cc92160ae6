// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/value.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

namespace hotreload {

namespace {

using Places = std::vector<std::pair<std::uint32_t, std::uint32_t>>;

// The places of all values that have no members, in the order of the tree.
void collect_places(const Value& value, Places& places) {
    const auto* object = value.object();
    const auto* array = value.array();
    if (object && !object->empty())
        for (const auto& [key, member] : *object)
            collect_places(member, places);
    else if (array && !array->empty())
        for (const auto& element : *array)
            collect_places(element, places);
    else
        places.emplace_back(value.line, value.column);
}

// Two trees with the same members stand in one order.
bool stand_in_one_order(const Value& a, const Value& b) {
    Places in_a;
    Places in_b;
    collect_places(a, in_a);
    collect_places(b, in_b);
    std::vector<std::size_t> order(in_a.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::stable_sort(order, {}, [&](std::size_t i) { return in_a[i]; });
    return std::ranges::is_sorted(order, {}, [&](std::size_t i) { return in_b[i]; });
}

} // namespace

bool operator==(const Value& a, const Value& b) {
    if (a.form != b.form || a.typed_key != b.typed_key)
        return false;
    if (const auto* x = std::get_if<double>(&a.data))
        if (const auto* y = std::get_if<double>(&b.data))
            return (*x == *y && std::signbit(*x) == std::signbit(*y)) ||
                   (std::isnan(*x) && std::isnan(*y));
    return a.data == b.data && (a.form != Form::Ordered || stand_in_one_order(a, b));
}

} // namespace hotreload
