// SPDX-License-Identifier: LGPL-2.1-or-later
#include "document/schema_normal.hpp"

#include <string>
#include <string_view>

namespace hotreload::document {

namespace {

constexpr std::size_t kMaxRewritten = 1000; // as in schema_references.cpp

bool is_later_draft(const Value::Object& root) {
    const auto draft = root.find("$schema");
    return draft == root.end() ||
           (draft->second.string() &&
            draft->second.string()->starts_with("https://json-schema.org/draft/20"));
}

// A regular expression that all keys match but these.
std::string all_but(const Value::Object* properties) {
    if (!properties || properties->empty())
        return "";
    std::string pattern;
    for (const auto& [name, schema] : *properties) {
        pattern += pattern.empty() ? "^(?!(?:" : "|";
        for (const char c : name) {
            if (std::string_view("^$\\.*+?()[]{}|/-").contains(c))
                pattern += '\\';
            pattern += c;
        }
    }
    return pattern + ")$)";
}

void rewrite_additional(Value::Object& schema) {
    const auto additional = schema.find("additionalProperties");
    if (additional == schema.end() || !additional->second.object() ||
        schema.contains("patternProperties") || schema.contains("unevaluatedProperties"))
        return;
    const auto properties = schema.find("properties");
    if (properties != schema.end() && !properties->second.object())
        return;
    auto pattern = all_but(properties == schema.end() ? nullptr : properties->second.object());
    if (pattern.size() > kMaxRewritten)
        return;
    Value::Object patterns;
    const auto line = additional->second.line;
    const auto column = additional->second.column;
    patterns.emplace(std::move(pattern), std::move(additional->second));
    schema.erase(additional);
    schema.emplace("patternProperties",
                   Value{.data = std::move(patterns), .line = line, .column = column});
}

void rewrite(Value& value, bool rename) {
    constexpr std::string_view old = "#/definitions/";
    if (auto* array = std::get_if<Value::Array>(&value.data))
        for (auto& each : *array)
            rewrite(each, rename);
    auto* object = std::get_if<Value::Object>(&value.data);
    if (!object)
        return;
    if (const auto ref = object->find("$ref"); rename && ref != object->end())
        if (auto* text = std::get_if<std::string>(&ref->second.data);
            text && text->starts_with(old))
            text->replace(0, old.size(), "#/$defs/");
    rewrite_additional(*object);
    for (auto& [key, member] : *object)
        if (key != "enum" && key != "const")
            rewrite(member, rename);
}

} // namespace

Value normalized(Value schema) {
    auto* root = std::get_if<Value::Object>(&schema.data);
    if (!root)
        return schema;
    const bool rename =
        root->contains("definitions") && !root->contains("$defs") && is_later_draft(*root);
    if (rename) {
        auto definitions = root->extract("definitions");
        definitions.key() = "$defs";
        root->insert(std::move(definitions));
    }
    rewrite(schema, rename);
    return schema;
}

} // namespace hotreload::document
