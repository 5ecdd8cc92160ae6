// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Formats share this header with parse.cpp; nobody else includes it. The text that they get is
// UTF-8 without a BOM, NUL bytes and "\r\n", but for INI and unit files, whose readers do not ask
// for that: of theirs, only the NUL bytes have been refused. They throw Failure, which parse.cpp
// catches, as it does what their libraries throw.

#include "document/parse.hpp"

#include <string>

namespace hotreload::document {

struct Failure {
    Problem problem;
};

struct Place {
    std::uint32_t line = 0;
    std::uint32_t column = 0;
};

inline constexpr std::string_view kBom = "\xEF\xBB\xBF"; // byte order mark

[[noreturn]] void fail_at(Place place, std::string message);

// The place of the byte at `offset` of `text`.
Place place_of(std::string_view text, std::size_t offset);

// The same for many offsets, which mostly grow.
class Places {
public:
    explicit Places(std::string_view text) : text_(text) {}

    Place at(std::size_t offset);

private:
    std::string_view text_;
    std::size_t at_ = 0;
    std::size_t start_ = 0; // of the line
    std::uint32_t line_ = 1;
};

// A document grows by these; they throw when it would outgrow its limits.
class Budget {
public:
    explicit Budget(const DocumentLimits& limits) : limits_(limits) {}

    void add_values(std::size_t count, Place place);
    void add_text(std::size_t bytes, Place place); // that aliases repeat
    void check_depth(std::size_t depth, Place place) const;

private:
    const DocumentLimits& limits_;
    std::size_t values_ = 0;
    std::size_t text_ = 0;
};

// Puts a member into an object; throws when it is there already. The member stands at its key.
Value& add_member(Value::Object& object, std::string key, Value value, Place place);

// Decimal digits that are no integer: a double, or as they are when they fit none.
Value::Data real(std::string_view digits);

// An integer in any base, of digits alone.
Value::Data integer(bool negative, std::string_view digits, int base);

// A line of text at a time, for the formats that have lines.
class Lines {
public:
    explicit Lines(std::string_view text) : rest_(text) {}

    // False at the end. `line` is without its end.
    bool next(std::string_view& line);
    bool skip(std::string_view prefix); // of what comes next; whether it was there
    [[nodiscard]] std::uint32_t number() const { return number_; }

private:
    std::string_view rest_;
    std::uint32_t number_ = 0;
};

std::string_view trim(std::string_view text); // spaces and tabs

Value parse_toml(std::string_view text, const DocumentLimits& limits);
Value parse_yaml(std::string_view text, const DocumentLimits& limits);
Value parse_json(std::string_view text, const DocumentLimits& limits);
Value parse_jsonc(std::string_view text, const DocumentLimits& limits);
Value parse_ini(std::string_view text, const DocumentLimits& limits);
Value parse_unit(std::string_view text, const DocumentLimits& limits);

} // namespace hotreload::document
