// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// What jsoncons does not look at before it validates: where the references of a schema lead,
// whether they lead back to where they began (it would follow them until the stack is used up), and
// how much work they make. Only the schema's files use it.

#include "core/value.hpp"
#include "document/formats.hpp"

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace hotreload::document {

// The address that the schema has for itself, if it has no "$id".
inline constexpr std::string_view kSchemaAddress = "https://hotreload.invalid/schema";

class SchemaReferences {
public:
    // Throws Failure: a reference that leads out of the schema, or in a circle; a schema too large
    // to be checked in reasonable time. The document has to outlive this.
    explicit SchemaReferences(const Value& document);

    // What a schema location names: the value of a keyword. Nothing if there is none.
    [[nodiscard]] const Value* find(std::string_view location) const;

    // What the "$ref" of a schema leads to.
    [[nodiscard]] const Value* target(const Value& schema) const;
    // The member or element that a token of a JSON pointer names.
    static const Value* step(const Value& from, const std::string& token);

    [[nodiscard]] const Value& document() const { return document_; }
    // All schemas within the schema, and itself.
    [[nodiscard]] const std::set<const Value*>& schemas() const { return known_; }

    // Schemas that one value is checked against, one within the other, at most.
    [[nodiscard]] std::size_t longest() const { return longest_; }
    // It has regular expressions.
    [[nodiscard]] bool patterns() const { return patterns_; }

private:
    struct Reference {
        const Value* from;
        const Value* keyword;
        std::string target;
        bool dynamic;
    };
    struct Reach {
        std::size_t depth = 1;
        std::size_t paths = 1;
        bool open = true; // on the way that is being followed
    };

    void add_schema(const Value& schema, const std::string& base);
    void add_keyword(const Value& schema, const std::string& name, const Value& value,
                     const std::string& base);
    void add_each(const Value& list, const std::string& base, const Value* from);
    void add_pattern(std::string_view pattern, const Value& at);
    void resolve(const Reference& reference);
    const Reach& follow(const Value& schema, std::size_t way);

    const Value& document_;
    std::set<const Value*> known_;
    std::map<std::string, const Value*, std::less<>> addresses_; // of "$id", and of anchors
    std::multimap<std::string, const Value*, std::less<>> dynamic_anchors_;
    std::map<const Value*, std::string> bases_;
    std::vector<Reference> references_;
    std::map<const Value*, std::vector<const Value*>> same_value_; // schemas for the same value
    std::map<const Value*, Reach> reach_;
    std::size_t longest_ = 1;
    bool patterns_ = false;
};

} // namespace hotreload::document
