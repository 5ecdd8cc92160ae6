// SPDX-License-Identifier: LGPL-2.1-or-later
#include "document/yaml_scalar.hpp"

#include "base/ascii.hpp"
#include "document/formats.hpp"
#include "document/json.hpp"
#include "document/plain_value.hpp"

#include <algorithm>
#include <cmath>
#include <format>
#include <limits>
#include <optional>

namespace hotreload::document {

namespace {

constexpr std::string_view kStandard = "tag:yaml.org,2002:";
constexpr std::string_view kDigits = "0123456789";
constexpr std::string_view kLoose = "0123456789_";

bool is_one_of(std::string_view text, std::initializer_list<std::string_view> words) {
    return std::ranges::find(words, text) != words.end();
}

bool all_of(std::string_view text, std::string_view set) {
    return !text.empty() && text.find_first_not_of(set) == std::string_view::npos;
}

// Takes digits off the front; how many.
std::size_t take_digits(std::string_view& text) {
    const auto count = std::min(text.find_first_not_of(kDigits), text.size());
    text.remove_prefix(count);
    return count;
}

bool take(std::string_view& text, std::string_view any_of) {
    if (text.empty() || !any_of.contains(text.front()))
        return false;
    text.remove_prefix(1);
    return true;
}

// [-+]? ( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )?
bool is_real(std::string_view text) {
    take(text, "+-");
    const auto whole = take_digits(text);
    if (take(text, ".") ? take_digits(text) + whole == 0 : whole == 0)
        return false;
    if (take(text, "eE")) {
        take(text, "+-");
        if (take_digits(text) == 0)
            return false;
    }
    return text.empty();
}

std::optional<Value::Data> integer_of(std::string_view text) {
    if (text.starts_with("0o") && all_of(text.substr(2), "01234567"))
        return integer(false, text.substr(2), 8);
    if (text.starts_with("0x") && all_of(text.substr(2), "0123456789abcdefABCDEF"))
        return integer(false, to_lower(text.substr(2)), 16);
    const bool negative = text.starts_with('-');
    take(text, "+-");
    if (!all_of(text, kDigits))
        return {};
    return integer(negative, text, 10);
}

std::optional<double> special_of(std::string_view text) {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    if (is_one_of(text, {".nan", ".NaN", ".NAN"}))
        return std::numeric_limits<double>::quiet_NaN();
    const bool negative = text.starts_with('-');
    take(text, "+-");
    if (is_one_of(text, {".inf", ".Inf", ".INF"}))
        return negative ? -infinity : infinity;
    return {};
}

std::optional<Value::Data> float_of(std::string_view text) {
    if (const auto special = special_of(text))
        return *special;
    if (is_real(text))
        return real(text);
    return {};
}

std::optional<Value::Data> bool_of(std::string_view text) {
    if (is_one_of(text, {"true", "True", "TRUE"}))
        return true;
    if (is_one_of(text, {"false", "False", "FALSE"}))
        return false;
    return {};
}

bool is_null(std::string_view text) {
    return text.empty() || is_one_of(text, {"~", "null", "Null", "NULL"});
}

bool is_old_bool(std::string_view text) {
    return text.size() <= 3 && is_one_of(to_lower(text), {"y", "n", "yes", "no", "on", "off"});
}

// 2024-01-01, or that with a time behind it.
bool is_timestamp(std::string_view text) {
    const auto number = [&](std::size_t least, std::size_t most) {
        const auto count = take_digits(text);
        return count >= least && count <= most;
    };
    if (!number(4, 4) || !take(text, "-") || !number(1, 2) || !take(text, "-") || !number(1, 2))
        return false;
    return text.empty() || (take(text, "Tt \t") && text.contains(':'));
}

// 1:30:59, 20:30.15: numbers to the base of 60. 8080:80 is none.
bool is_sexagesimal(std::string_view text) {
    take(text, "+-");
    const bool leading_zero = text.starts_with('0');
    if (take_digits(text) == 0)
        return false;
    text.remove_prefix(std::min(text.find_first_not_of(kLoose), text.size()));
    if (!text.starts_with(':'))
        return false;
    while (take(text, ":")) {
        const bool two = text.size() > 1 && kDigits.contains(text[1]);
        if (two && !take(text, "012345"))
            return false;
        if (take_digits(text) != 1)
            return false;
    }
    if (!take(text, "."))
        return text.empty() && !leading_zero;
    return text.empty() || all_of(text, kLoose);
}

// 0777, 0b101, 1_000, 1_0.5, 0x_ff.
bool is_old_number(std::string_view text) {
    take(text, "+-");
    if (text.size() < 2 || !kDigits.contains(text.front()))
        return text.starts_with('.') && text.size() > 1 && text.contains('_') &&
               all_of(text.substr(1), kLoose);
    if (text.starts_with("0b"))
        return all_of(text.substr(2), "01_");
    if (text.starts_with("0x"))
        return all_of(text.substr(2), "0123456789abcdefABCDEF_");
    if (text.front() == '0' && all_of(text, kLoose))
        return true;
    return text.contains('_') && all_of(text, "0123456789_.eE+-");
}

// A scalar is usual when it is written as values of its type usually are: any other one is another
// value to programs that take it for a string.
bool is_usual(const Value::Data& data, std::string_view text) {
    if (std::holds_alternative<std::nullptr_t>(data))
        return text.empty();
    if (const auto* number = std::get_if<double>(&data); number && !std::isfinite(*number))
        return text == ".inf" || text == "-.inf" || text == ".nan";
    if (const auto* opaque = std::get_if<Opaque>(&data))
        return text == opaque->text;
    return text == to_json({.data = data});
}

} // namespace

Value::Data plain_scalar(std::string_view text) {
    if (is_null(text))
        return as_written(nullptr, text);
    if (const auto flag = bool_of(text))
        return as_written(*flag, text);
    const auto number = integer_of(text);
    // 0x10 and 0 mean one thing to all; 010, -0x10 and 1_0 do not.
    const bool plain_hex = text.starts_with("0x") && number;
    if (is_old_bool(text) || (!plain_hex && is_old_number(text)) || is_sexagesimal(text) ||
        is_timestamp(text))
        return Opaque{"yaml", std::string(text)};
    if (number)
        return as_written(*number, text);
    if (auto real = float_of(text))
        return as_written(*std::move(real), text);
    return std::string(text);
}

Value::Data tagged_scalar(std::string_view tag, std::string_view text, bool plain) {
    if (tag == "!")
        return std::string(text);
    if (tag.starts_with(kStandard)) {
        const auto type = tag.substr(kStandard.size());
        std::optional<Value::Data> data;
        if (type == "str")
            return std::string(text);
        if (type == "int")
            data = integer_of(text);
        else if (type == "float")
            data = float_of(text);
        else if (type == "bool")
            data = bool_of(text);
        else if (type == "null" && is_null(text))
            data = nullptr;
        if (data && type == "float" && integer_of(text))
            return Opaque{short_tag(tag), std::string(text)};
        if (data)
            return as_written(*std::move(data), text);
    }
    // Plain and quoted may be two things to whoever knows the tag.
    return Opaque{short_tag(tag) + (plain ? "" : " \""), std::string(text)};
}

Value::Data as_written(Value::Data data, std::string_view text) {
    if (is_usual(data, text))
        return data;
    const auto type = std::holds_alternative<std::nullptr_t>(data) ? kSpelledNull
                      : std::holds_alternative<bool>(data)         ? kSpelledBool
                                                                   : kSpelledNumber;
    return Opaque{std::string(type), std::string(text)};
}

Value::Data plain_value(const Opaque& opaque) {
    if (opaque.type == kSpelledNull)
        return nullptr;
    std::optional<Value::Data> data;
    if (opaque.type == kSpelledBool)
        data = bool_of(opaque.text);
    else if (opaque.type == kSpelledNumber)
        data = integer_of(opaque.text);
    if (!data && (opaque.type == kSpelledNumber || opaque.type == "!!float"))
        data = float_of(opaque.text);
    return data ? *std::move(data) : opaque;
}

namespace {

bool has_spelled(const Value& tree) {
    if (const auto* opaque = std::get_if<Opaque>(&tree.data))
        return !std::holds_alternative<Opaque>(plain_value(*opaque));
    if (const auto* array = tree.array())
        return std::ranges::any_of(*array, has_spelled);
    const auto* object = tree.object();
    return object && std::ranges::any_of(
                         *object, [](const auto& member) { return has_spelled(member.second); });
}

void make_plain(Value& tree) {
    if (const auto* opaque = std::get_if<Opaque>(&tree.data)) {
        tree.data = plain_value(*opaque);
    } else if (auto* array = std::get_if<Value::Array>(&tree.data)) {
        std::ranges::for_each(*array, make_plain);
    } else if (auto* object = std::get_if<Value::Object>(&tree.data)) {
        for (auto& [key, member] : *object)
            make_plain(member);
    }
}

} // namespace

std::optional<Value> plain_tree(const Value& tree) {
    if (!has_spelled(tree))
        return std::nullopt;
    Value plain = tree;
    make_plain(plain);
    return plain;
}

std::string short_tag(std::string_view tag) {
    if (tag.starts_with(kStandard))
        return "!!" + std::string(tag.substr(kStandard.size()));
    return tag.starts_with('!') ? std::string(tag) : std::format("!<{}>", tag);
}

namespace {

struct KeyWriter {
    std::string& text;

    void operator()(std::nullptr_t) const {}
    void operator()(const std::string& string) const { text += to_json({.data = string}); }
    void operator()(double number) const {
        text += std::isfinite(number) ? to_json({.data = number})
                : std::isnan(number)  ? ".nan"
                : number < 0          ? "-.inf"
                                      : ".inf";
    }
    void operator()(const Opaque& opaque) const {
        if (opaque.type.starts_with('!'))
            text += opaque.type + ' ';
        text += opaque.text;
    }
    void operator()(const Value::Array& array) const {
        text += '[';
        for (const auto& element : array) {
            if (&element != &array.front())
                text += ", ";
            write(element);
        }
        text += ']';
    }
    void operator()(const Value::Object& object) const {
        text += '{';
        for (const auto& [key, member] : object) {
            if (!text.ends_with('{'))
                text += ", ";
            text += member.typed_key ? key : to_json({.data = key});
            text += ": ";
            write(member);
        }
        text += '}';
    }
    void operator()(const auto& plain) const { text += to_json({.data = plain}); }

    void write(const Value& value) const { std::visit(*this, value.data); }
};

} // namespace

std::string key_text(const Value& key) {
    if (const auto* string = key.string())
        return *string;
    std::string text;
    KeyWriter{text}.write(key);
    return text;
}

} // namespace hotreload::document
