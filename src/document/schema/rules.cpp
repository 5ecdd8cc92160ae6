// SPDX-License-Identifier: LGPL-2.1-or-later
#include "document/schema/rules.hpp"

#include "base/nearest.hpp"
#include "base/utf8.hpp"
#include "document/json.hpp"
#include "document/plain_value.hpp"

#include <algorithm>
#include <array>
#include <format>

namespace hotreload::document {

namespace {

constexpr std::size_t kMostWords = 12;
constexpr std::size_t kLongestKey = 300; // with the keys above it
constexpr std::size_t kLongestWord = 100;
constexpr std::size_t kLongestPattern = 400;
constexpr std::size_t kMostShown = 20;        // values of one that is in the schema
constexpr std::size_t kMostCandidates = 1000; // keys that one that is not known may be near to

std::string named_below(KeyPath path, std::string_view key) {
    path.emplace_back(std::string(key));
    return named(path);
}

const Value* member(const Value* object, std::string_view key) {
    if (!object || !object->object())
        return nullptr;
    const auto found = object->object()->find(key);
    return found == object->object()->end() ? nullptr : &found->second;
}

// The first of `count` words.
template <typename Word>
std::string joined(std::size_t count, Word word) {
    std::string text;
    for (std::size_t i = 0; i < std::min(count, kMostWords); ++i) {
        if (i > 0)
            text += i + 1 == count ? " or " : ", ";
        text += word(i);
    }
    return count > kMostWords ? text + ", …" : text;
}

// A small value can be shown whole; `left` values may be in it.
bool is_small(const Value& value, std::size_t& left) {
    if (left == 0)
        return false;
    --left;
    const auto small = [&](const Value& each) { return is_small(each, left); };
    if (const auto* array = value.array())
        return std::ranges::all_of(*array, small);
    if (const auto* object = value.object())
        return std::ranges::all_of(*object, [&](const auto& member) {
            return member.first.size() <= kLongestWord && small(member.second);
        });
    const auto* text = value.string();
    return !text || text->size() <= kLongestWord;
}

// A value of the schema as JSON, as much of it as a message can take.
std::string shown(const Value& value, std::size_t most = kLongestWord) {
    if (const auto* text = value.string())
        return to_json(Value{.data = shortened(*text, most)});
    std::size_t left = kMostShown;
    if (!is_small(value, left))
        return value.array() ? "[…]" : "{…}";
    return shortened(to_json(value), most);
}

std::string_view with_article(std::string_view type) {
    constexpr std::array articles = {
        std::pair("string", "a string"), std::pair("integer", "an integer"),
        std::pair("number", "a number"), std::pair("boolean", "true or false"),
        std::pair("array", "an array"),  std::pair("object", "an object"),
    };
    for (const auto& [name, text] : articles)
        if (type == name)
            return text;
    return type;
}

struct NameOfType {
    std::string_view operator()(std::nullptr_t) const { return "null"; }
    std::string_view operator()(bool) const { return "a boolean"; }
    std::string_view operator()(std::int64_t) const { return "an integer"; }
    std::string_view operator()(std::uint64_t) const { return "an integer"; }
    std::string_view operator()(double) const { return "a number with a fraction"; }
    std::string_view operator()(const std::string&) const { return "a string"; }
    std::string_view operator()(const Value::Array&) const { return "an array"; }
    std::string_view operator()(const Value::Object&) const { return "an object"; }
    std::string_view operator()(const Opaque& opaque) const {
        if (const auto plain = plain_value(opaque); !std::get_if<Opaque>(&plain))
            return std::visit(*this, plain);
        if (opaque.type == "number")
            return "a number that fits no type";
        if (opaque.type == "yaml")
            return "a word that YAML 1.1 and 1.2 take differently: quote it, or write true, false "
                   "or a plain number";
        return opaque.type.starts_with("date") || opaque.type == "time" ? "a date or time"
                                                                        : "a tagged value";
    }
};

std::string type_rule(const BrokenRule& broken) {
    std::vector<std::string> types;
    if (const auto* one = broken.rule->string())
        types.emplace_back(with_article(*one));
    else if (const auto* several = broken.rule->array())
        for (const auto& each : *several)
            if (each.string())
                types.emplace_back(with_article(*each.string()));
    auto text = "has to be " + joined(types.size(), [&](std::size_t i) { return types[i]; });
    if (broken.value && !broken.of_a_key)
        text += std::format(", not {}", std::visit(NameOfType(), broken.value->data));
    return text;
}

std::string enum_rule(const BrokenRule& broken) {
    const auto& allowed = *broken.rule->array();
    return std::format("has to be {}{}", allowed.size() > 1 ? "one of " : "",
                       joined(allowed.size(), [&](std::size_t i) { return shown(allowed[i]); }));
}

// "has to have at least 3 characters"
std::string count_rule(const BrokenRule& broken, std::string_view bound, std::string_view one,
                       std::string_view many) {
    const auto count = shown(*broken.rule);
    return std::format("has to have {} {} {}", bound, count, count == "1" ? one : many);
}

// The rule in words, without the key in front.
std::string rule_text(const BrokenRule& broken) {
    const auto keyword = broken.keyword;
    auto generic = std::format("does not meet \"{}\"", keyword);
    if (keyword == "false")
        return "is not allowed here";
    if (keyword == "uniqueItems")
        return "has an element twice";
    if (keyword == "not")
        return "is what \"not\" forbids";
    if (keyword == "additionalItems" || keyword == "unevaluatedItems")
        return "is an element too many";
    if (keyword == "contains")
        return "has no element that meets \"contains\"";
    if (keyword == "minContains")
        return "has too few elements that meet \"contains\"";
    if (keyword == "maxContains")
        return "has too many elements that meet \"contains\"";
    if (!broken.rule)
        return generic;
    if (keyword == "type")
        return type_rule(broken);
    if (keyword == "enum" && broken.rule->array())
        return enum_rule(broken);
    if (keyword == "const")
        return std::format("has to be {}", shown(*broken.rule));
    if (keyword == "anyOf" || keyword == "oneOf")
        return choice_text(keyword, *broken.rule);
    if (keyword == "pattern")
        return std::format("has to match the pattern {}", shown(*broken.rule, kLongestPattern));
    struct Bound {
        std::string_view keyword, bound, one, many;
    };
    constexpr std::array counts = {
        Bound{"minLength", "at least", "character", "characters"},
        Bound{"maxLength", "at most", "character", "characters"},
        Bound{"minItems", "at least", "element", "elements"},
        Bound{"maxItems", "at most", "element", "elements"},
        Bound{"minProperties", "at least", "key", "keys"},
        Bound{"maxProperties", "at most", "key", "keys"},
    };
    for (const auto& each : counts)
        if (keyword == each.keyword)
            return count_rule(broken, each.bound, each.one, each.many);
    constexpr std::array numbers = {
        std::pair("minimum", "at least"),
        std::pair("maximum", "at most"),
        std::pair("exclusiveMinimum", "greater than"),
        std::pair("exclusiveMaximum", "less than"),
        std::pair("multipleOf", "a multiple of"),
    };
    for (const auto& [name, text] : numbers)
        if (keyword == name)
            return std::format("has to be {} {}", text, shown(*broken.rule));
    return generic;
}

std::vector<Complaint> missing_keys(const BrokenRule& broken) {
    const auto why = broken.because.empty()
                         ? std::string("it is required")
                         : std::format("{} requires it", named_below(broken.path, broken.because));
    std::vector<Complaint> result;
    for (const auto& each : *broken.rule->array()) {
        if (result.size() >= broken.most)
            break;
        if (each.string() && !member(broken.value, *each.string()))
            result.push_back(
                {broken.value,
                 std::format("{} is missing; {}", named_below(broken.path, *each.string()), why)});
    }
    return result;
}

// `path` is that of the unknown key.
std::string unknown_key(const BrokenRule& broken) {
    KeyPath above = broken.path;
    above.pop_back();
    const auto& key = std::get<std::string>(broken.path.back());
    const auto* properties = member(broken.schema, "properties");
    std::vector<std::string_view> known;
    if (properties && properties->object())
        for (const auto& [name, schema] : *properties->object())
            if (known.size() < kMostCandidates)
                known.push_back(name);
    auto message = std::format("{} is not a known key", named(broken.path));
    if (const auto near = broken.advise ? nearest(key, known) : std::nullopt)
        message += std::format("; did you mean {}?", named_below(above, *near));
    else if (!known.empty())
        message +=
            std::format("; known are {}",
                        joined(known.size(), [&](std::size_t i) { return shortened(known[i]); }));
    return message;
}

} // namespace

std::vector<Complaint> complaints(const BrokenRule& broken) {
    const bool wants_keys = broken.keyword == "required" || broken.keyword == "dependentRequired";
    if (wants_keys && !broken.of_a_key)
        return missing_keys(broken);
    const bool names_key =
        broken.keyword == "additionalProperties" || broken.keyword == "unevaluatedProperties";
    if (names_key && !broken.path.empty() &&
        std::holds_alternative<std::string>(broken.path.back()))
        return {{broken.value, unknown_key(broken)}};
    const auto subject = broken.of_a_key ? "a key of " + named(broken.path) : named(broken.path);
    return {{broken.value, std::format("{} {}", subject, rule_text(broken))}};
}

std::string named(const KeyPath& path) {
    return path.empty() ? "the document" : shortened(to_key(path), kLongestKey);
}

std::string choice_text(std::string_view keyword, const Value& rule) {
    const auto count = rule.array() ? rule.array()->size() : 0;
    return std::format("has to meet {} of the {} schemas of \"{}\"",
                       keyword == "oneOf" ? "exactly one" : "one", count, keyword);
}

std::string shortened(std::string_view text, std::size_t most) {
    if (text.size() <= most)
        return std::string(text);
    text = text.substr(0, most);
    return std::string(text.substr(0, utf8_prefix(text))) + "…";
}

} // namespace hotreload::document
