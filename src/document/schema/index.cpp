// SPDX-License-Identifier: LGPL-2.1-or-later
#include "document/schema/index.hpp"

#include "document/formats.hpp"
#include "document/schema/addresses.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <format>

namespace hotreload::document {

namespace {

// The address of a schema that has no "$id".
constexpr std::string_view kOwnAddress = "https://hotreload.invalid/schema";

enum class Holds { Schema, List, SchemaOrList, Map };

// A keyword below which schemas stand, and the drafts that say so.
struct Location {
    std::string_view keyword;
    Holds holds;
    Draft since = Draft::Draft4;
    Draft until = Draft::Draft2020;
};

constexpr std::array kLocations = {
    Location{"$defs", Holds::Map},
    Location{"additionalItems", Holds::Schema, Draft::Draft4, Draft::Draft2019},
    Location{"additionalProperties", Holds::Schema},
    Location{"allOf", Holds::List},
    Location{"anyOf", Holds::List},
    Location{"contains", Holds::Schema, Draft::Draft6},
    Location{"contentSchema", Holds::Schema, Draft::Draft2019},
    Location{"definitions", Holds::Map},
    Location{"dependencies", Holds::Map},
    Location{"dependentSchemas", Holds::Map, Draft::Draft2019},
    Location{"else", Holds::Schema, Draft::Draft7},
    Location{"if", Holds::Schema, Draft::Draft7},
    Location{"items", Holds::SchemaOrList},
    Location{"not", Holds::Schema},
    Location{"oneOf", Holds::List},
    Location{"patternProperties", Holds::Map},
    Location{"prefixItems", Holds::List, Draft::Draft2020},
    Location{"properties", Holds::Map},
    Location{"propertyNames", Holds::Schema, Draft::Draft6},
    Location{"then", Holds::Schema, Draft::Draft7},
    Location{"unevaluatedItems", Holds::Schema, Draft::Draft2019},
    Location{"unevaluatedProperties", Holds::Schema, Draft::Draft2019},
};

bool can_be_schema(const Value& value) {
    return value.object() || std::holds_alternative<bool>(value.data);
}

const std::string* text_at(const Value::Object& object, std::string_view keyword) {
    const auto member = object.find(keyword);
    return member == object.end() ? nullptr : member->second.string();
}

// Before 2019-09, a schema that refers is nothing but a reference.
bool is_mere_reference(const Value::Object& object, Draft draft) {
    return draft <= Draft::Draft7 && text_at(object, "$ref");
}

std::string_view id_keyword(Draft draft) {
    return draft == Draft::Draft4 ? "id" : "$id";
}

// The draft that a schema says to be of, or the one that it is else.
Draft own_draft(const Value::Object& object, Draft otherwise) {
    const auto* name = text_at(object, "$schema");
    if (!name)
        return otherwise;
    if (const auto draft = draft_of(*name))
        return *draft;
    const auto& at = object.find("$schema")->second;
    fail_at({.line = at.line, .column = at.column},
            "\"$schema\" names a draft that is not known; known are 04, 06, 07, 2019-09 and "
            "2020-12, as in \"https://json-schema.org/draft/2020-12/schema\"");
}

const Value* step_to(const Value& from, const std::string& token) {
    if (const auto* object = from.object()) {
        const auto member = object->find(token);
        return member == object->end() ? nullptr : &member->second;
    }
    const auto* array = from.array();
    std::size_t index = 0;
    const auto* last = token.data() + token.size();
    const auto [end, error] = std::from_chars(token.data(), last, index);
    const bool found = array && error == std::errc() && end == last && index < array->size();
    return found ? &(*array)[index] : nullptr;
}

} // namespace

SchemaNode& SchemaIndex::add_document(const Value& document) {
    const auto* object = document.object();
    const auto draft = object ? own_draft(*object, Draft::Draft2020) : Draft::Draft2020;
    auto& resource = add_resource(std::string(kOwnAddress), draft, nullptr);
    add_schema(document, resource);
    return *nodes_.at(&document);
}

SchemaResource& SchemaIndex::add_resource(std::string address, Draft draft,
                                          const SchemaNode* root) {
    auto& resource = schema_.resources.emplace_back(
        SchemaResource{.address = address, .draft = draft, .root = root, .dynamic_anchors = {}});
    resources_.try_emplace(std::move(address), &resource);
    return resource;
}

SchemaNode* SchemaIndex::node_of(const Value& value) const {
    const auto found = nodes_.find(&value);
    return found == nodes_.end() ? nullptr : found->second;
}

void SchemaIndex::add_schema(const Value& value, SchemaResource& outer) {
    steps_.take(20);
    if (!can_be_schema(value) || nodes_.contains(&value))
        return;
    auto& node = schema_.nodes.emplace_back();
    nodes_.emplace(&value, &node);
    node.schema = &value;
    node.resource = &outer;
    if (!outer.root)
        outer.root = &node;
    const auto* object = value.object();
    if (!object)
        return;
    auto& resource = resource_of(*object, node, outer);
    node.resource = &resource;
    add_anchors(*object, node, resource);
    add_subschemas(*object, resource);
}

// The resource of a schema: its own one, if it has an "$id".
SchemaResource& SchemaIndex::resource_of(const Value::Object& object, SchemaNode& node,
                                         SchemaResource& outer) {
    if (!text_at(object, "id") && !text_at(object, "$id"))
        return outer;
    const auto draft = own_draft(object, outer.draft);
    const auto* id = text_at(object, id_keyword(draft));
    if (!id || is_mere_reference(object, draft) || id->starts_with('#'))
        return outer;
    const auto address = resolved(outer.address, *id);
    auto& resource = add_resource(std::string(without_fragment(address)), draft, &node);
    if (const auto fragment = fragment_of(address); !fragment.empty())
        anchors_.try_emplace(std::format("{}#{}", resource.address, fragment), &node);
    return resource;
}

void SchemaIndex::add_anchors(const Value::Object& object, SchemaNode& node,
                              SchemaResource& resource) {
    const auto add = [&](std::string_view name) {
        anchors_.try_emplace(std::format("{}#{}", resource.address, name), &node);
    };
    if (resource.draft <= Draft::Draft7) {
        const auto* id = text_at(object, id_keyword(resource.draft));
        if (id && id->starts_with('#') && !is_mere_reference(object, resource.draft))
            add(fragment_of(*id));
        return;
    }
    if (const auto* name = text_at(object, "$anchor"))
        add(*name);
    if (const auto* name = text_at(object, "$dynamicAnchor");
        name && resource.draft == Draft::Draft2020) {
        add(*name);
        resource.dynamic_anchors.try_emplace(*name, &node);
        dynamic_anchors_.emplace(*name, &node);
    }
    const auto recursive = object.find("$recursiveAnchor");
    if (recursive != object.end() && recursive->second.data == Value::Data(true) &&
        resource.draft == Draft::Draft2019) {
        resource.recursive_anchor = true;
        dynamic_anchors_.emplace("", &node);
    }
}

void SchemaIndex::add_subschemas(const Value::Object& object, SchemaResource& resource) {
    for (const auto& [keyword, holds, since, until] : kLocations) {
        const auto member = object.find(keyword);
        if (member == object.end() || resource.draft < since || resource.draft > until)
            continue;
        const auto& value = member->second;
        const auto* array = value.array();
        const auto* map = value.object();
        if (holds == Holds::Map && map)
            for (const auto& [name, each] : *map)
                add_schema(each, resource);
        else if ((holds == Holds::List || holds == Holds::SchemaOrList) && array)
            for (const auto& each : *array)
                add_schema(each, resource);
        else if (holds == Holds::Schema || holds == Holds::SchemaOrList)
            add_schema(value, resource);
    }
}

SchemaNode& SchemaIndex::resolve(const SchemaNode& from, const Value& reference) {
    const auto& written = *reference.string();
    const Place place{.line = reference.line, .column = reference.column};
    const auto target = resolved(from.resource->address, written);
    steps_.take(20 + target.size());
    const auto address = without_fragment(target);
    auto found = resources_.find(address);
    if (found == resources_.end()) {
        const auto text = draft_text(address);
        if (text.empty())
            fail_at(place, std::format("\"{}\" leads out of this schema, and nothing is fetched; "
                                       "put what it refers to under \"$defs\"",
                                       written));
        const auto& root =
            add_document(schema_.documents.emplace_back(parse_json(text, DocumentLimits{})));
        // A draft may be asked for with https instead of http, or the other way.
        found = resources_.try_emplace(std::string(address), root.resource).first;
    }
    const auto fragment = fragment_of(target);
    SchemaNode* node = nullptr;
    if (fragment.empty() || fragment.starts_with('/'))
        node = at_pointer(*found->second, fragment);
    else if (const auto anchor = anchors_.find(std::format("{}#{}", address, fragment));
             anchor != anchors_.end())
        node = anchor->second;
    if (!node)
        fail_at(place, std::format("\"{}\" is not in this schema", written));
    return *node;
}

SchemaNode* SchemaIndex::at_pointer(SchemaResource& resource, std::string_view pointer) {
    const Value* at = resource.root->schema;
    SchemaResource* around = &resource; // whose "$id" is the nearest above
    while (!pointer.empty()) {
        pointer.remove_prefix(1);
        const auto token = pointer.substr(0, pointer.find('/'));
        pointer.remove_prefix(token.size());
        at = step_to(*at, unescaped(token));
        if (!at)
            return nullptr;
        if (const auto* node = node_of(*at))
            around = node->resource;
    }
    add_schema(*at, *around); // when no keyword makes the place one for schemas
    return node_of(*at);
}

} // namespace hotreload::document
