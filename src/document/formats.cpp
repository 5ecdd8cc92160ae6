// SPDX-License-Identifier: LGPL-2.1-or-later
#include "document/formats.hpp"

#include "core/key_path.hpp"

#include <algorithm>
#include <charconv>
#include <format>
#include <utility>

namespace hotreload::document {

void fail_at(Place place, std::string message) {
    throw Failure{
        {.path = {}, .line = place.line, .column = place.column, .message = std::move(message)}};
}

Place place_of(std::string_view text, std::size_t offset) {
    const auto before = text.substr(0, offset);
    const auto newline = before.rfind('\n');
    const auto start = newline == std::string_view::npos ? 0 : newline + 1;
    return {.line = 1 + static_cast<std::uint32_t>(std::ranges::count(before, '\n')),
            .column = 1 + static_cast<std::uint32_t>(before.size() - start)};
}

Place Places::at(std::size_t offset) {
    offset = std::min(offset, text_.size());
    if (offset < at_)
        return place_of(text_, offset);
    for (; at_ < offset; ++at_) {
        if (text_[at_] == '\n') {
            ++line_;
            start_ = at_ + 1;
        }
    }
    return {.line = line_, .column = 1 + static_cast<std::uint32_t>(at_ - start_)};
}

void Budget::add_values(std::size_t count, Place place) {
    values_ += count;
    if (values_ > limits_.values)
        fail_at(place, std::format("the document has more than {} values", limits_.values));
}

void Budget::add_text(std::size_t bytes, Place place) {
    text_ += bytes;
    if (text_ > limits_.bytes)
        fail_at(place, std::format("aliases repeat more than {} bytes of text", limits_.bytes));
}

void Budget::check_depth(std::size_t depth, Place place) const {
    if (depth > limits_.depth)
        fail_at(place, std::format("nested deeper than {} levels", limits_.depth));
}

Value& add_member(Value::Object& object, std::string key, Value value, Place place) {
    value.line = place.line;
    value.column = place.column;
    const auto [member, added] = object.try_emplace(std::move(key), std::move(value));
    if (!added)
        fail_at(place, std::format("the key {} is there already, in line {}",
                                   to_key({member->first}), member->second.line));
    return member->second;
}

Value::Data real(std::string_view digits) {
    if (digits.starts_with('+'))
        digits.remove_prefix(1);
    double number = 0;
    const auto* last = digits.data() + digits.size();
    const auto [end, error] = std::from_chars(digits.data(), last, number);
    if (error != std::errc() || end != last)
        return Opaque{"number", std::string(digits)};
    return number;
}

Value::Data integer(bool negative, std::string_view digits, int base) {
    digits.remove_prefix(std::min(digits.find_first_not_of('0'), digits.size() - 1));
    std::uint64_t number = 0;
    const auto* last = digits.data() + digits.size();
    const auto [end, error] = std::from_chars(digits.data(), last, number, base);
    constexpr auto lowest = std::uint64_t{1} << 63;
    if (error != std::errc() || end != last || (negative && number > lowest))
        return Opaque{"number", std::format("{}{}{}", negative ? "-" : "",
                                            base == 16  ? "0x"
                                            : base == 8 ? "0o"
                                                        : "",
                                            digits)};
    if (negative)
        return static_cast<std::int64_t>(std::uint64_t{0} - number);
    if (std::in_range<std::int64_t>(number))
        return static_cast<std::int64_t>(number);
    return number;
}

bool Lines::next(std::string_view& line) {
    if (rest_.empty())
        return false;
    ++number_;
    const auto end = rest_.find('\n');
    line = rest_.substr(0, end);
    rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end + 1);
    return true;
}

bool Lines::skip(std::string_view prefix) {
    if (!rest_.starts_with(prefix))
        return false;
    rest_.remove_prefix(prefix.size());
    return true;
}

std::string_view trim(std::string_view text) {
    constexpr std::string_view blanks = " \t";
    const auto from = text.find_first_not_of(blanks);
    if (from == std::string_view::npos)
        return {};
    return text.substr(from, text.find_last_not_of(blanks) + 1 - from);
}

} // namespace hotreload::document
