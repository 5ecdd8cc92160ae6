// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// A schema as it is evaluated: every schema within it is a node, and references are pointers from
// node to node. compiler.cpp makes them of a Value, evaluation.cpp holds a document against them.
// The text of a rule stands in the schema as it is written, which the nodes point into.

#include "core/value.hpp"
#include "document/schema/draft.hpp"
#include "document/schema/pattern.hpp"

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace hotreload::document {

struct SchemaNode;

// A resource is what one "$id" stands for: a schema, and all below it up to the next "$id".
struct SchemaResource {
    std::string address; // without a fragment
    Draft draft = Draft::Draft2020;
    const SchemaNode* root = nullptr;
    std::map<std::string, const SchemaNode*, std::less<>> dynamic_anchors;
    bool recursive_anchor = false; // of draft 2019-09
};

// The types of a value, as bits.
enum TypeBit : unsigned {
    kNull = 1,
    kBoolean = 2,
    kInteger = 4, // a number that is one, too
    kNumber = 8,
    kString = 16,
    kArray = 32,
    kObject = 64,
};

// A keyword that compares with one value.
struct Bound {
    std::string_view keyword;
    const Value* rule;
};

// "minLength" and its like.
struct CountBound {
    std::string_view keyword;
    const Value* rule;
    std::uint64_t count;
    bool most; // an upper bound
};

struct TextRules {
    std::vector<CountBound> lengths;
    const Pattern* pattern = nullptr;
    const Value* pattern_rule = nullptr;
};

struct ArrayRules {
    std::vector<CountBound> counts;
    std::vector<const SchemaNode*> prefix; // "prefixItems", or "items" that are a list
    const SchemaNode* rest = nullptr;      // the schema of all behind them
    const Value* rest_rule = nullptr;
    std::string_view rest_keyword; // "items" or "additionalItems"
    bool unique = false;
    const SchemaNode* contains = nullptr;
    std::uint64_t least_contained = 1;
    std::uint64_t most_contained = UINT64_MAX;
    const Value* contains_rule = nullptr;
    bool contains_evaluates = false; // what it matches does not count as unevaluated
};

// "dependentRequired": the key that is there, and those that it wants.
struct WantedKeys {
    std::string_view key;
    const Value* rule;
    std::vector<std::string_view> keys;
};

struct ObjectRules {
    std::vector<CountBound> counts;
    std::vector<std::string_view> required;
    const Value* required_rule = nullptr;
    std::vector<std::pair<std::string_view, const SchemaNode*>> properties; // by name
    std::vector<std::pair<const Pattern*, const SchemaNode*>> patterns;
    const SchemaNode* additional = nullptr;
    const Value* additional_rule = nullptr;
    const SchemaNode* names = nullptr;
    std::vector<WantedKeys> dependent_required;
};

// Schemas that are applied to the same value.
struct Combined {
    const SchemaNode* reference = nullptr; // of "$ref", "$dynamicRef" or "$recursiveRef"
    std::string dynamic_name; // of "$dynamicRef", when it is looked up while evaluating
    bool recursive = false;   // "$recursiveRef", likewise
    std::vector<const SchemaNode*> all;
    std::vector<const SchemaNode*> any;
    const Value* any_rule = nullptr;
    std::vector<const SchemaNode*> one;
    const Value* one_rule = nullptr;
    const SchemaNode* forbidden = nullptr; // "not"
    const SchemaNode* condition = nullptr; // "if"
    const SchemaNode* then = nullptr;
    const SchemaNode* otherwise = nullptr;
    std::vector<std::pair<std::string_view, const SchemaNode*>> dependent; // "dependentSchemas"
};

struct SchemaNode {
    const Value* schema = nullptr; // as it is written
    SchemaResource* resource = nullptr;

    bool nothing = false; // the schema `false`
    unsigned types = ~0U; // TypeBits
    const Value* type_rule = nullptr;
    std::vector<const Value*> allowed; // "enum" or "const", in the order of order()
    std::string_view allowed_keyword;
    const Value* allowed_rule = nullptr;
    std::vector<Bound> numbers; // "minimum" and its like
    std::unique_ptr<TextRules> text;
    std::unique_ptr<ArrayRules> array;
    std::unique_ptr<ObjectRules> object;
    std::unique_ptr<Combined> combined;
    const SchemaNode* unevaluated_items = nullptr;
    const Value* unevaluated_items_rule = nullptr;
    const SchemaNode* unevaluated_properties = nullptr;
    const Value* unevaluated_properties_rule = nullptr;
};

struct CompiledSchema {
    std::deque<Value> documents; // the schema, and the drafts' own that it refers to
    std::deque<SchemaNode> nodes;
    std::deque<SchemaResource> resources;
    std::map<std::string, Pattern, std::less<>> patterns; // by how they are written
    const SchemaNode* root = nullptr;
};

} // namespace hotreload::document
