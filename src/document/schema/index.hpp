// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// SchemaIndex knows which schemas there are within a schema, and what they are called: a node for
// each, and the addresses ("$id", anchors, JSON pointers) by which references find them. Only
// compiler.cpp asks.

#include "document/schema/node.hpp"
#include "document/schema/steps.hpp"

#include <map>
#include <string>
#include <string_view>
#include <unordered_map>

namespace hotreload::document {

class SchemaIndex {
public:
    // Nodes, resources and documents are added to `schema`, which has to outlive this.
    SchemaIndex(CompiledSchema& schema, Steps& steps) : schema_(schema), steps_(steps) {}

    // A document with its own address. Throws Failure: its "$schema" is not known.
    SchemaNode& add_document(const Value& document);

    // The node of a value that is a schema by where it stands; nullptr: it is none.
    [[nodiscard]] SchemaNode* node_of(const Value& value) const;

    // The node that a reference in `from` leads to. A value that was no schema so far becomes one;
    // a draft's own schema is added. Throws Failure, at the reference.
    SchemaNode& resolve(const SchemaNode& from, const Value& reference);

    // The nodes that "$dynamicAnchor" names so; "" stands for "$recursiveAnchor".
    [[nodiscard]] auto dynamic_anchors(const std::string& name) const {
        return dynamic_anchors_.equal_range(name);
    }

private:
    void add_schema(const Value& value, SchemaResource& resource);
    void add_subschemas(const Value::Object& object, SchemaResource& resource);
    void add_anchors(const Value::Object& object, SchemaNode& node, SchemaResource& resource);
    SchemaResource& resource_of(const Value::Object& object, SchemaNode& node,
                                SchemaResource& outer);
    SchemaResource& add_resource(std::string address, Draft draft, const SchemaNode* root);
    SchemaNode* at_pointer(SchemaResource& resource, std::string_view pointer);

    CompiledSchema& schema_;
    Steps& steps_;
    std::unordered_map<const Value*, SchemaNode*> nodes_;
    std::map<std::string, SchemaResource*, std::less<>> resources_; // by address
    std::map<std::string, SchemaNode*, std::less<>> anchors_;       // by address and fragment
    std::multimap<std::string, const SchemaNode*> dynamic_anchors_;
};

} // namespace hotreload::document
