// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// A number by its decimal digits, of which none is lost. toml.cpp tells by it what a
// double would lose, and schema/compare.cpp goes by what it is worth.

#include "core/value.hpp"

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

namespace hotreload::document {

class Decimal {
public:
    // A double is the shortest decimal that reads back as it: 0.1 is what was written. Infinity is
    // more than every number. `value` has to be a number, and not .nan.
    static Decimal of(const Value& value);

    // Digits as TOML, YAML and JSON have them, without "_".
    static Decimal parse(std::string_view text);

    // The number in one spelling for all that are the same: "-15e2".
    [[nodiscard]] std::string text() const;

    [[nodiscard]] bool is_whole() const;
    // The number is at least 0 and has few enough digits for is_multiple_of().
    [[nodiscard]] bool divides() const;
    [[nodiscard]] bool is_multiple_of(const Decimal& divisor) const;

    friend std::strong_ordering operator<=>(const Decimal& a, const Decimal& b);
    friend bool operator==(const Decimal&, const Decimal&) = default;

private:
    // ±0.DIGITS × 10^point; the digits neither begin nor end with 0, and are none for 0.
    bool negative_ = false;
    std::string digits_;
    std::int64_t point_ = 0;
};

} // namespace hotreload::document
