// SPDX-License-Identifier: LGPL-2.1-or-later
#include "document/decimal.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <format>
#include <utility>
#include <vector>

namespace hotreload::document {

namespace {

constexpr std::int64_t kFarthest = std::int64_t{1} << 60; // an exponent that stands for all beyond
constexpr std::size_t kMostDivisorDigits = 18;            // that fit an integer

// The exponent behind the 'e'.
std::int64_t exponent_of(std::string_view text) {
    if (text.starts_with('+'))
        text.remove_prefix(1);
    std::int64_t exponent = 0;
    const auto error = std::from_chars(text.data(), text.data() + text.size(), exponent).ec;
    if (error == std::errc::result_out_of_range)
        return text.starts_with('-') ? -kFarthest : kFarthest;
    return std::clamp(exponent, -kFarthest, kFarthest);
}

// The decimal digits of an integer to another base: nine at a time, the lowest first.
std::string converted(std::string_view digits, unsigned base) {
    constexpr std::uint64_t limb = 1'000'000'000;
    std::vector<std::uint64_t> limbs;
    for (const char c : digits) {
        std::uint64_t carry = 0;
        std::from_chars(&c, &c + 1, carry, static_cast<int>(base));
        for (auto& each : limbs) {
            const auto sum = each * base + carry;
            each = sum % limb;
            carry = sum / limb;
        }
        if (carry > 0)
            limbs.push_back(carry);
    }
    std::string text;
    for (auto each = limbs.rbegin(); each != limbs.rend(); ++each) {
        const auto nine = std::to_string(*each);
        text.append(9 - nine.size(), '0');
        text += nine;
    }
    return text;
}

// Beyond, the number of digits is what counts of an integer in hexadecimal or octal: converting is
// quadratic.
constexpr std::size_t kMostConverted = 2000;

std::uint64_t times(std::uint64_t a, std::uint64_t b, std::uint64_t modulus) {
    __extension__ using Wide = unsigned __int128; // ISO C++ has none
    return static_cast<std::uint64_t>(static_cast<Wide>(a) * b % modulus);
}

// 10^exponent
std::uint64_t power_of_ten(std::uint64_t exponent, std::uint64_t modulus) {
    std::uint64_t result = 1 % modulus;
    for (std::uint64_t square = 10 % modulus; exponent > 0; exponent /= 2) {
        if (exponent % 2 == 1)
            result = times(result, square, modulus);
        square = times(square, square, modulus);
    }
    return result;
}

} // namespace

Decimal Decimal::parse(std::string_view text) {
    Decimal result;
    if (text.starts_with('+') || text.starts_with('-')) {
        result.negative_ = text.starts_with('-');
        text.remove_prefix(1);
    }
    if (text.starts_with("0x") || text.starts_with("0o")) {
        const unsigned base = text[1] == 'x' ? 16 : 8;
        text.remove_prefix(2);
        result.digits_ = text.size() > kMostConverted ? std::string(text) : converted(text, base);
        result.point_ = static_cast<std::int64_t>(
            text.size() > kMostConverted ? text.size() * 2 : result.digits_.size());
    } else {
        const auto mark = std::min(text.find_first_of("eE"), text.size());
        const auto mantissa = text.substr(0, mark);
        const auto dot = std::min(mantissa.find('.'), mantissa.size());
        result.digits_ = mantissa.substr(0, dot);
        result.digits_ += mantissa.substr(std::min(dot + 1, mantissa.size()));
        result.point_ = static_cast<std::int64_t>(dot);
        if (mark < text.size())
            result.point_ += exponent_of(text.substr(mark + 1));
    }
    auto& digits = result.digits_;
    const auto first = std::min(digits.find_first_not_of('0'), digits.size());
    digits.erase(0, first);
    digits.erase(digits.find_last_not_of('0') + 1);
    result.point_ -= static_cast<std::int64_t>(first);
    if (digits.empty())
        result = {};
    return result;
}

Decimal Decimal::of(const Value& value) {
    if (const auto* number = std::get_if<std::int64_t>(&value.data))
        return parse(std::to_string(*number));
    if (const auto* number = std::get_if<std::uint64_t>(&value.data))
        return parse(std::to_string(*number));
    const auto* number = std::get_if<double>(&value.data);
    if (!number)
        return parse(std::get<Opaque>(value.data).text);
    if (!std::isfinite(*number)) {
        Decimal result;
        result.negative_ = *number < 0;
        result.digits_ = "1";
        result.point_ = 2 * kFarthest;
        return result;
    }
    char buffer[32];
    return parse({buffer, std::to_chars(buffer, buffer + sizeof buffer, *number).ptr});
}

std::string Decimal::text() const {
    if (digits_.empty())
        return "0";
    return std::format("{}{}e{}", negative_ ? "-" : "", digits_,
                       point_ - static_cast<std::int64_t>(digits_.size()));
}

bool Decimal::is_whole() const {
    return point_ >= 0 && static_cast<std::uint64_t>(point_) >= digits_.size();
}

bool Decimal::divides() const {
    return !negative_ && !digits_.empty() && digits_.size() <= kMostDivisorDigits;
}

bool Decimal::is_multiple_of(const Decimal& divisor) const {
    if (digits_.empty())
        return true;
    if (point_ > kFarthest)
        return false; // infinity
    std::uint64_t modulus = 0;
    std::from_chars(divisor.digits_.data(), divisor.digits_.data() + divisor.digits_.size(),
                    modulus);
    // Both as integers, DIGITS × 10^scale.
    const auto scale = (point_ - static_cast<std::int64_t>(digits_.size())) -
                       (divisor.point_ - static_cast<std::int64_t>(divisor.digits_.size()));
    // The last digit is none of 0, so that no power of ten divides it.
    if (scale < 0)
        return false;
    std::uint64_t rest = 0;
    for (const char c : digits_)
        rest = (rest * 10 + static_cast<std::uint64_t>(c - '0')) % modulus; // below 10^19 + 9
    return times(rest, power_of_ten(static_cast<std::uint64_t>(scale), modulus), modulus) == 0;
}

std::strong_ordering operator<=>(const Decimal& a, const Decimal& b) {
    const auto sign = [](const Decimal& each) {
        return each.digits_.empty() ? 0 : each.negative_ ? -1 : 1;
    };
    if (const auto signs = sign(a) <=> sign(b); signs != 0 || sign(a) == 0)
        return signs;
    const auto& [greater, less] = a.negative_ ? std::pair<const Decimal&, const Decimal&>(b, a)
                                              : std::pair<const Decimal&, const Decimal&>(a, b);
    if (const auto points = greater.point_ <=> less.point_; points != 0)
        return points;
    return greater.digits_ <=> less.digits_;
}

} // namespace hotreload::document
