// SPDX-License-Identifier: LGPL-2.1-or-later
#include "document/schema/compare.hpp"

#include "document/decimal.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace hotreload::document {

namespace {

constexpr std::int64_t kExact = std::int64_t{1} << 53; // up to it, a double has every integer

const Opaque* opaque_number(const Value& value) {
    const auto* opaque = std::get_if<Opaque>(&value.data);
    return opaque && opaque->type == "number" ? opaque : nullptr;
}

void take_digits(Steps& steps, const Value& number) {
    const auto* opaque = opaque_number(number);
    steps.take(10 + (opaque ? opaque->text.size() : 0));
}

int rank(const Value& value) {
    if (std::holds_alternative<std::nullptr_t>(value.data))
        return 0;
    if (std::holds_alternative<bool>(value.data))
        return 1;
    if (is_number(value))
        return 2;
    return value.array() ? 4 : value.object() ? 5 : 3;
}

// The number as a double when nothing is lost by it.
std::optional<double> as_double(const Value& value) {
    if (const auto* number = std::get_if<double>(&value.data))
        return *number;
    if (const auto* number = std::get_if<std::int64_t>(&value.data))
        if (*number >= -kExact && *number <= kExact)
            return static_cast<double>(*number);
    return std::nullopt;
}

// nullopt: they are not both integers of ours.
std::optional<std::strong_ordering> order_integers(const Value& a, const Value& b) {
    const auto* x = std::get_if<std::int64_t>(&a.data);
    const auto* y = std::get_if<std::int64_t>(&b.data);
    const auto* great_x = std::get_if<std::uint64_t>(&a.data);
    const auto* great_y = std::get_if<std::uint64_t>(&b.data);
    if (x && y)
        return *x <=> *y;
    if (great_x && great_y)
        return *great_x <=> *great_y;
    if (x && great_y) // a std::uint64_t is one that fits no std::int64_t
        return std::strong_ordering::less;
    if (great_x && y)
        return std::strong_ordering::greater;
    return std::nullopt;
}

std::strong_ordering order_numbers(const Value& a, const Value& b, Steps& steps) {
    if (const auto integers = order_integers(a, b))
        return *integers;
    if (is_nan(a) || is_nan(b))
        return is_nan(b) <=> is_nan(a);
    const auto left = as_double(a);
    const auto right = as_double(b);
    if (left && right)
        return std::strong_order(*left + 0.0, *right + 0.0); // -0.0 is 0
    take_digits(steps, a);
    take_digits(steps, b);
    return Decimal::of(a) <=> Decimal::of(b);
}

std::strong_ordering order_arrays(const Value::Array& a, const Value::Array& b, Steps& steps) {
    for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i)
        if (const auto each = order(a[i], b[i], steps); each != 0)
            return each;
    return a.size() <=> b.size();
}

std::strong_ordering order_objects(const Value::Object& a, const Value::Object& b, Steps& steps) {
    for (auto x = a.begin(), y = b.begin(); x != a.end() && y != b.end(); ++x, ++y) {
        if (const auto keys = x->first <=> y->first; keys != 0)
            return keys;
        if (const auto each = order(x->second, y->second, steps); each != 0)
            return each;
    }
    return a.size() <=> b.size();
}

} // namespace

const std::string* text_of(const Value& value) {
    if (const auto* text = value.string())
        return text;
    const auto* opaque = std::get_if<Opaque>(&value.data);
    return opaque && opaque->type != "number" ? &opaque->text : nullptr;
}

bool is_number(const Value& value) {
    return std::holds_alternative<std::int64_t>(value.data) ||
           std::holds_alternative<double>(value.data) ||
           std::holds_alternative<std::uint64_t>(value.data) || opaque_number(value);
}

bool is_whole(const Value& value, Steps& steps) {
    if (std::holds_alternative<std::int64_t>(value.data) ||
        std::holds_alternative<std::uint64_t>(value.data))
        return true;
    if (const auto* number = std::get_if<double>(&value.data))
        return std::isfinite(*number) && std::trunc(*number) == *number;
    if (!opaque_number(value))
        return false;
    take_digits(steps, value);
    return Decimal::of(value).is_whole();
}

bool is_nan(const Value& value) {
    const auto* number = std::get_if<double>(&value.data);
    return number && std::isnan(*number);
}

std::strong_ordering order(const Value& a, const Value& b, Steps& steps) {
    steps.take(1);
    if (const auto types = rank(a) <=> rank(b); types != 0)
        return types;
    if (is_number(a))
        return order_numbers(a, b, steps);
    if (const auto* x = text_of(a)) {
        const auto* y = text_of(b);
        steps.take(std::min(x->size(), y->size()) / 128);
        return *x <=> *y;
    }
    if (a.array())
        return order_arrays(*a.array(), *b.array(), steps);
    if (a.object())
        return order_objects(*a.object(), *b.object(), steps);
    const auto* flag = std::get_if<bool>(&a.data);
    return flag ? *flag <=> std::get<bool>(b.data) : std::strong_ordering::equal;
}

bool is_multiple(const Value& number, const Value& divisor, Steps& steps) {
    const auto* x = std::get_if<std::int64_t>(&number.data);
    const auto* y = std::get_if<std::int64_t>(&divisor.data);
    if (x && y)
        return *x % *y == 0;
    if (is_nan(number))
        return false;
    take_digits(steps, number);
    return Decimal::of(number).is_multiple_of(Decimal::of(divisor));
}

bool divides(const Value& divisor) {
    return is_number(divisor) && !is_nan(divisor) && Decimal::of(divisor).divides();
}

std::optional<std::uint64_t> count_of(const Value& number) {
    if (const auto* count = std::get_if<std::int64_t>(&number.data))
        return *count < 0 ? std::nullopt : std::optional(static_cast<std::uint64_t>(*count));
    if (const auto* count = std::get_if<std::uint64_t>(&number.data))
        return *count;
    Steps plenty;
    if (!is_number(number) || !is_whole(number, plenty))
        return std::nullopt;
    const auto* real = std::get_if<double>(&number.data);
    if (real && *real >= 0 && *real < 0x1p64)
        return static_cast<std::uint64_t>(*real);
    if (real ? *real < 0 : opaque_number(number)->text.starts_with('-'))
        return std::nullopt;
    return std::numeric_limits<std::uint64_t>::max();
}

} // namespace hotreload::document
