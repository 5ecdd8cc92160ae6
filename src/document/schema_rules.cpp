// SPDX-License-Identifier: LGPL-2.1-or-later
#include "document/schema_rules.hpp"

#include "base/nearest.hpp"
#include "document/json.hpp"
#include "document/plain_value.hpp"

#include <algorithm>
#include <array>
#include <format>

namespace hotreload::document {

namespace {

constexpr std::size_t kMostWords = 12;

std::string named(const KeyPath& path) {
    return path.empty() ? "the document" : to_key(path);
}

std::string named(KeyPath path, const std::string& key) {
    path.emplace_back(key);
    return to_key(path);
}

const Value* member(const Value* object, std::string_view key) {
    if (!object || !object->object())
        return nullptr;
    const auto found = object->object()->find(key);
    return found == object->object()->end() ? nullptr : &found->second;
}

std::string joined(const std::vector<std::string>& words) {
    std::string text;
    for (std::size_t i = 0; i < words.size() && i < kMostWords; ++i) {
        if (i > 0)
            text += i + 1 == words.size() ? " or " : ", ";
        text += words[i];
    }
    return words.size() > kMostWords ? text + ", …" : text;
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

struct TypeName {
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
    auto text = "has to be " + joined(types);
    if (broken.value && !broken.of_a_key)
        text += std::format(", not {}", std::visit(TypeName(), broken.value->data));
    return text;
}

std::string enum_rule(const BrokenRule& broken) {
    std::vector<std::string> words;
    if (const auto* allowed = broken.rule->array())
        for (const auto& each : *allowed)
            words.push_back(to_json(each));
    return "has to be " + std::string(words.size() > 1 ? "one of " : "") + joined(words);
}

// "has to have at least 3 characters"
std::string count_rule(const BrokenRule& broken, std::string_view bound, std::string_view one,
                       std::string_view many) {
    const auto count = to_json(*broken.rule);
    return std::format("has to have {} {} {}", bound, count, count == "1" ? one : many);
}

std::string choice_rule(const BrokenRule& broken) {
    const auto* choices = broken.rule->array();
    const auto count = choices ? choices->size() : 0;
    if (broken.keyword == "oneOf")
        return std::format("has to meet exactly one of the {} schemas of \"oneOf\"", count);
    return std::format("has to meet one of the {} schemas of \"anyOf\"", count);
}

// Without the key in front.
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
    if (!broken.rule)
        return generic;
    if (keyword == "type")
        return type_rule(broken);
    if (keyword == "enum")
        return enum_rule(broken);
    if (keyword == "const")
        return std::format("has to be {}", to_json(*broken.rule));
    if (keyword == "anyOf" || keyword == "oneOf")
        return choice_rule(broken);
    if (const auto* text = broken.rule->string()) {
        if (keyword == "pattern")
            return std::format("has to match the pattern {}", to_json(*broken.rule));
        if (keyword == "format")
            return std::format("has to be written as the format {} asks", *text);
        return generic;
    }
    if (broken.rule->array() || broken.rule->object() || std::get_if<bool>(&broken.rule->data))
        return generic;
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
            return std::format("has to be {} {}", text, to_json(*broken.rule));
    return generic;
}

std::vector<Complaint> missing_keys(const BrokenRule& broken) {
    std::vector<Complaint> result;
    for (const auto& each : *broken.rule->array())
        if (each.string() && !member(broken.value, *each.string()))
            result.push_back({broken.value, std::format("{} is missing; it is required",
                                                        named(broken.path, *each.string()))});
    return result;
}

// `path` is that of one unknown key. jsoncons stops at it, and people would like to know them all.
std::vector<Complaint> unknown_keys(const BrokenRule& broken) {
    KeyPath above = broken.path;
    above.pop_back();
    const auto* properties = member(broken.schema, "properties");
    std::vector<std::string_view> known;
    if (properties && properties->object())
        for (const auto& [name, schema] : *properties->object())
            known.push_back(name);
    const auto complain = [&](const std::string& key, const Value& value) -> Complaint {
        auto message = std::format("{} is not a known key", named(above, key));
        if (const auto near = nearest(key, known))
            message += std::format("; did you mean {}?", named(above, std::string(*near)));
        else if (!known.empty())
            message += std::format("; known are {}",
                                   joined(std::vector<std::string>(known.begin(), known.end())));
        return {&value, std::move(message)};
    };
    if (broken.keyword != "additionalProperties" || !properties || !broken.parent->object() ||
        member(broken.schema, "patternProperties"))
        return {complain(std::get<std::string>(broken.path.back()), *broken.value)};
    std::vector<Complaint> result;
    for (const auto& [key, value] : *broken.parent->object())
        if (!member(properties, key))
            result.push_back(complain(key, value));
    return result;
}

} // namespace

std::vector<Complaint> complaints(const BrokenRule& broken) {
    if (broken.keyword == "required" && broken.rule && broken.rule->array() && broken.value &&
        !broken.of_a_key)
        return missing_keys(broken);
    const bool names_key = broken.parent && (broken.keyword == "additionalProperties" ||
                                             broken.keyword == "unevaluatedProperties");
    if (names_key && !broken.path.empty() &&
        std::holds_alternative<std::string>(broken.path.back()) && broken.rule &&
        std::get_if<bool>(&broken.rule->data))
        return unknown_keys(broken);
    const auto subject = broken.of_a_key ? "a key of " + named(broken.path) : named(broken.path);
    return {{broken.value, std::format("{} {}", subject, rule_text(broken))}};
}

} // namespace hotreload::document
