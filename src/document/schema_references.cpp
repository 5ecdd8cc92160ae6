// SPDX-License-Identifier: LGPL-2.1-or-later
#include "document/schema_references.hpp"

#include <jsoncons/utility/uri.hpp>

#include <algorithm>
#include <charconv>
#include <format>

namespace hotreload::document {

namespace {

constexpr std::size_t kMaxLongest = 64;
constexpr std::size_t kMaxPaths = 10'000;
constexpr std::size_t kMaxRegex = 1000; // std::regex works by recursion

bool is_keyword_of(std::string_view name, std::initializer_list<std::string_view> names) {
    return std::ranges::find(names, name) != names.end();
}

Place value_place(const Value& value) {
    return {.line = value.line, .column = value.column};
}

std::string resolved(const std::string& base, const std::string& target) {
    return jsoncons::uri(base).resolve(jsoncons::uri(target)).string();
}

std::string_view without_fragment(std::string_view address) {
    return address.substr(0, address.find('#'));
}

std::string unescaped(std::string_view token) {
    std::string text;
    for (std::size_t i = 0; i < token.size(); ++i) {
        unsigned code = 0;
        const char* digits = token.data() + i + 1;
        if (token[i] == '%' && i + 2 < token.size() &&
            std::from_chars(digits, digits + 2, code, 16).ptr == digits + 2) {
            text += static_cast<char>(code);
            i += 2;
        } else {
            text += token[i];
        }
    }
    for (std::size_t at = 0; (at = text.find('~', at)) != std::string::npos; ++at)
        if (at + 1 < text.size() && (text[at + 1] == '0' || text[at + 1] == '1'))
            text.replace(at, 2, text[at + 1] == '0' ? "~" : "/");
    return text;
}

const Value* walk(const Value& root, std::string_view pointer) {
    const Value* at = &root;
    while (at && !pointer.empty()) {
        pointer.remove_prefix(1);
        const auto token = pointer.substr(0, pointer.find('/'));
        at = SchemaReferences::step(*at, unescaped(token));
        pointer.remove_prefix(token.size());
    }
    return at;
}

std::string too_long() {
    return std::format("more than {} schemas for one value, one within the other", kMaxLongest);
}

void check_length(std::string_view text, const Value& at) {
    if (text.size() > kMaxRegex)
        fail_at(value_place(at), std::format("this is longer than {} bytes", kMaxRegex));
}

// Schemas that jsoncons carries.
bool is_draft(std::string_view address) {
    return address.starts_with("http://json-schema.org/draft-") ||
           address.starts_with("https://json-schema.org/draft/");
}

} // namespace

SchemaReferences::SchemaReferences(const Value& document) : document_(document) {
    addresses_.emplace(kSchemaAddress, &document);
    add_schema(document, std::string(kSchemaAddress));
    for (std::size_t i = 0; i < references_.size(); ++i) // which may grow
        resolve(Reference(references_[i]));
    for (const auto* schema : known_)
        longest_ = std::max(longest_, follow(*schema, 1).depth);
}

void SchemaReferences::add_schema(const Value& schema, const std::string& base) {
    if (!known_.insert(&schema).second || !schema.object())
        return;
    std::string own = base;
    for (const auto* name : {"$id", "id"})
        if (const auto id = schema.object()->find(std::string_view(name));
            id != schema.object()->end() && id->second.string() &&
            !id->second.string()->starts_with('#')) {
            own = without_fragment(resolved(base, *id->second.string()));
            addresses_.emplace(own, &schema);
        }
    bases_.emplace(&schema, own);
    for (const auto& [name, value] : *schema.object())
        add_keyword(schema, name, value, own);
}

void SchemaReferences::add_keyword(const Value& schema, const std::string& name, const Value& value,
                                   const std::string& base) {
    const auto* text = value.string();
    if (text && name.starts_with('$') && name != "$comment")
        check_length(*text, value);
    if (text && is_keyword_of(name, {"$ref", "$recursiveRef"})) {
        references_.push_back({&schema, &value, resolved(base, *text), name != "$ref"});
    } else if (text && name == "$dynamicRef") {
        references_.push_back({&schema, &value, resolved(base, *text), true});
    } else if (text && is_keyword_of(name, {"$anchor", "$dynamicAnchor"})) {
        addresses_.emplace(base + '#' + *text, &schema);
        if (name == "$dynamicAnchor")
            dynamic_anchors_.emplace(*text, &schema);
    } else if (name == "$recursiveAnchor") {
        dynamic_anchors_.emplace("", &schema);
    } else if (text && is_keyword_of(name, {"$id", "id"}) && text->starts_with('#')) {
        addresses_.emplace(base + *text, &schema); // how drafts 4 to 7 write an anchor
    } else if (text && name == "pattern") {
        add_pattern(*text, value);
    } else if (is_keyword_of(name,
                             {"allOf", "anyOf", "oneOf", "dependentSchemas", "dependencies"})) {
        add_each(value, base, &schema);
    } else if (is_keyword_of(name, {"not", "if", "then", "else"})) {
        same_value_[&schema].push_back(&value);
        add_schema(value, base);
    } else if (is_keyword_of(name, {"properties", "patternProperties", "$defs", "definitions",
                                    "prefixItems"})) {
        add_each(value, base, nullptr);
        if (name == "patternProperties" && value.object())
            for (const auto& [pattern, member] : *value.object())
                add_pattern(pattern, member);
    } else if (is_keyword_of(name, {"items", "additionalItems", "additionalProperties", "contains",
                                    "propertyNames", "unevaluatedItems", "unevaluatedProperties",
                                    "contentSchema"})) {
        if (value.array())
            add_each(value, base, nullptr);
        else
            add_schema(value, base);
    }
}

void SchemaReferences::add_each(const Value& list, const std::string& base, const Value* from) {
    const auto add = [&](const Value& schema) {
        if (from)
            same_value_[from].push_back(&schema);
        add_schema(schema, base);
    };
    if (const auto* array = list.array())
        for (const auto& each : *array)
            add(each);
    else if (const auto* object = list.object())
        for (const auto& [key, each] : *object)
            add(each);
}

void SchemaReferences::add_pattern(std::string_view pattern, const Value& at) {
    patterns_ = true;
    check_length(pattern, at);
}

void SchemaReferences::resolve(const Reference& reference) {
    auto& targets = same_value_[reference.from];
    if (reference.dynamic) {
        const auto hash = reference.target.find('#');
        const auto name = hash == std::string::npos ? "" : reference.target.substr(hash + 1);
        const auto [from, to] = dynamic_anchors_.equal_range(name);
        std::for_each(from, to, [&](const auto& each) { targets.push_back(each.second); });
    }
    if (const Value* target = find(reference.target)) {
        targets.push_back(target);
        add_schema(*target, std::string(without_fragment(reference.target)));
        return;
    }
    const auto address = without_fragment(reference.target);
    if (is_draft(address))
        return;
    const auto* written = reference.keyword->string();
    if (addresses_.contains(address))
        fail_at(value_place(*reference.keyword),
                std::format("\"{}\" is not in this schema", *written));
    fail_at(value_place(*reference.keyword),
            std::format("\"{}\" leads out of this schema, and nothing is fetched; put what it "
                        "refers to under \"$defs\"",
                        *written));
}

const Value* SchemaReferences::find(std::string_view location) const {
    if (const auto known = addresses_.find(location); known != addresses_.end())
        return known->second;
    const auto address = without_fragment(location);
    const auto root = addresses_.find(address);
    if (root == addresses_.end())
        return nullptr;
    const auto fragment = location.substr(std::min(address.size() + 1, location.size()));
    if (!fragment.empty() && !fragment.starts_with('/'))
        return nullptr;
    return walk(*root->second, fragment);
}

const Value* SchemaReferences::step(const Value& from, const std::string& token) {
    if (const auto* object = from.object()) {
        const auto member = object->find(token);
        return member == object->end() ? nullptr : &member->second;
    }
    const auto* array = from.array();
    std::size_t index = 0;
    const auto* last = token.data() + token.size();
    const auto [end, error] = std::from_chars(token.data(), last, index);
    return array && error == std::errc() && end == last && index < array->size() ? &(*array)[index]
                                                                                 : nullptr;
}

const Value* SchemaReferences::target(const Value& schema) const {
    const Value* reference = step(schema, "$ref");
    const auto base = bases_.find(&schema);
    if (!reference || !reference->string() || base == bases_.end())
        return nullptr;
    return find(resolved(base->second, *reference->string()));
}

const SchemaReferences::Reach& SchemaReferences::follow(const Value& schema, std::size_t way) {
    const auto [entry, added] = reach_.try_emplace(&schema);
    Reach& reach = entry->second;
    if (!added) {
        if (reach.open)
            fail_at(value_place(schema), "references lead from here back to here, and to no end");
        return reach;
    }
    // Before the stack is used up.
    if (way > kMaxLongest)
        fail_at(value_place(schema), too_long());
    if (const auto next = same_value_.find(&schema); next != same_value_.end()) {
        for (const auto* each : next->second) {
            const Reach& further = follow(*each, way + 1);
            reach.depth = std::max(reach.depth, further.depth + 1);
            reach.paths = std::min(reach.paths + further.paths, kMaxPaths + 1);
        }
    }
    if (reach.depth > kMaxLongest)
        fail_at(value_place(schema), too_long());
    if (reach.paths > kMaxPaths)
        fail_at(value_place(schema),
                std::format("one value would be checked more than {} times", kMaxPaths));
    reach.open = false;
    return reach;
}

} // namespace hotreload::document
