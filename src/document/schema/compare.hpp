// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Comparison of values as JSON Schema does it: which are equal, which one is greater, and what
// divides what. Numbers are compared by what they are worth, without rounding: 1 equals 1.0, 2^64 +
// 1 is more than 2^64, and 0.07 is a multiple of 0.01. Only document/schema/ asks.

#include "core/value.hpp"
#include "document/schema/steps.hpp"

#include <compare>
#include <optional>

namespace hotreload::document {

// The text of a string, and of what is a string to a schema for JSON has no other type for it: a
// date, a tagged scalar, a word that YAML 1.1 and 1.2 take differently. nullptr: no string.
const std::string* text_of(const Value& value);

bool is_number(const Value& value);
// A number without a fraction, however it is written.
bool is_whole(const Value& value, Steps& steps);
// .nan: neither less nor more than anything.
bool is_nan(const Value& value);

// An order of all values (which means nothing between values of different types), in which those
// are equal that a schema takes for equal. Takes steps as it goes down.
std::strong_ordering order(const Value& a, const Value& b, Steps& steps);

// `number` is a multiple of `divisor`, which has to be one of divides().
bool is_multiple(const Value& number, const Value& divisor, Steps& steps);
// A number above 0 of at most 18 significant digits.
bool divides(const Value& divisor);

// A whole number that is not negative, as a count; the greatest count stands for any that is
// greater. nullopt: it is none.
std::optional<std::uint64_t> count_of(const Value& number);

} // namespace hotreload::document
