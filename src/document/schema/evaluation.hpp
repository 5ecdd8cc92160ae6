// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Holds a document against a compiled schema. Only schema.cpp asks.

#include "base/error.hpp"
#include "core/key_path.hpp"
#include "document/schema/node.hpp"
#include "document/schema/pattern.hpp"
#include "document/schema/steps.hpp"

#include <string_view>
#include <unordered_set>
#include <vector>

namespace hotreload::document {

// Thrown when a document cannot be checked, with the value at which that came out.
struct Uncheckable {
    Problem problem;
};

class SchemaEvaluation {
public:
    // `most_steps`: for each of the two below.
    explicit SchemaEvaluation(const CompiledSchema& schema, std::uint64_t most_steps = kMaxSteps)
        : schema_(schema), most_steps_(most_steps), matcher_(steps_) {}

    // Throws OutOfSteps and Uncheckable, as the next one does.
    [[nodiscard]] bool meets(const Value& document);
    // The problems of a document that does not meet the schema, `most` at most, in no order; those
    // that were found before there were no steps left, if any.
    [[nodiscard]] std::vector<Problem> problems(const Value& document, std::size_t most);

private:
    // A value and the way to it.
    struct At {
        const Value* value;
        const At* above = nullptr;
        const std::string* key = nullptr; // of the object above; nullptr: an array is, or nothing
        std::size_t index = 0;
        bool is_key = false; // "propertyNames": the value is a key of the object above
    };

    // Members and elements that a schema has looked at, for "unevaluatedProperties" and
    // "unevaluatedItems" around it.
    struct Seen {
        std::unordered_set<const Value*> children;
        bool all = false;
    };

    struct Finding {
        Problem problem;
        std::string_view keyword;
        std::size_t depth; // of the value
    };
    struct Findings {
        std::vector<Finding> list;
        std::size_t most;
    };
    class Entered;

    bool meets(const SchemaNode& node, const At& at, Seen* seen);
    bool quietly(const SchemaNode& node, const At& at, Seen* seen);
    bool meets_value(const SchemaNode& node, const At& at);
    bool meets_number(const SchemaNode& node, const At& at);
    bool meets_bound(const Bound& bound, const Value& number);
    bool meets_text(const SchemaNode& node, const At& at, const std::string& text);
    bool meets_counts(const SchemaNode& node, const At& at, const std::vector<CountBound>& counts,
                      std::size_t count);
    bool meets_array(const SchemaNode& node, const At& at, Seen* seen);
    bool meets_contains(const SchemaNode& node, const At& at, Seen* seen);
    bool has_repeated(const Value::Array& array);
    bool meets_object(const SchemaNode& node, const At& at, Seen* seen);
    bool has(const Value::Object& object, std::string_view key);
    bool meets_member(const SchemaNode& node, const At& member, bool& known);
    bool meets_names(const SchemaNode& node, const At& at);
    bool meets_dependent(const SchemaNode& node, const At& at);
    bool meets_combined(const SchemaNode& node, const At& at, Seen* seen);
    bool meets_references(const SchemaNode& node, const At& at, Seen* seen);
    bool meets_choices(const SchemaNode& node, const At& at, Seen* seen);
    bool meets_condition(const SchemaNode& node, const At& at, Seen* seen);
    bool meets_unevaluated(const SchemaNode& node, const At& at, Seen& seen);
    std::size_t choose(const std::vector<const SchemaNode*>& nodes, const At& at, Seen* seen,
                       std::size_t enough);
    bool matches(const Pattern& pattern, const std::string& text, const At& at);
    const SchemaNode& dynamic_target(const Combined& rules) const;

    // The verdict is clear: nothing more has to be looked at when something is wrong.
    [[nodiscard]] bool is_enough() const {
        return !findings_ || findings_->list.size() >= findings_->most;
    }
    // Always false, as a verdict.
    bool broken(const SchemaNode& node, const At& at, std::string_view keyword, const Value* rule,
                std::string_view because = {});
    bool none_of(const SchemaNode& node, const At& at, std::string_view keyword, const Value& rule,
                 const std::vector<const SchemaNode*>& choices);
    [[nodiscard]] static KeyPath path_of(const At& at);
    [[nodiscard]] static std::size_t depth_of(const At& at);

    const CompiledSchema& schema_;
    std::uint64_t most_steps_;
    Steps steps_;
    Matcher matcher_;
    Findings* findings_ = nullptr;                 // nullptr: only the verdict counts
    std::vector<const SchemaResource*> resources_; // that the way here leads through
    std::size_t depth_ = 0;
};

} // namespace hotreload::document
