// SPDX-License-Identifier: LGPL-2.1-or-later
#include "document/schema/compiler.hpp"

#include "document/formats.hpp"
#include "document/json.hpp"
#include "document/schema/addresses.hpp"
#include "document/schema/circles.hpp"
#include "document/schema/compare.hpp"
#include "document/schema/index.hpp"
#include "document/schema/rules.hpp"

#include <algorithm>
#include <array>
#include <format>
#include <iterator>
#include <map>

namespace hotreload::document {

namespace {

constexpr std::size_t kPatternSteps = 500; // to compile a short one

struct NamedType {
    std::string_view name;
    unsigned bits;
};

constexpr std::array kTypes = {
    NamedType{"null", kNull},       NamedType{"boolean", kBoolean},
    NamedType{"integer", kInteger}, NamedType{"number", kNumber | kInteger},
    NamedType{"string", kString},   NamedType{"array", kArray},
    NamedType{"object", kObject},
};

[[noreturn]] void fail(const Value& at, std::string message) {
    fail_at({.line = at.line, .column = at.column}, std::move(message));
}

[[noreturn]] void wrong(const Value& at, std::string_view keyword, std::string_view what) {
    fail(at, std::format("the schema is wrong: \"{}\" has to be {}", keyword, what));
}

class Compiler {
public:
    explicit Compiler(CompiledSchema& result) : result_(result), index_(result, steps_) {}

    void compile(const Value& schema) {
        result_.root = &index_.add_document(result_.documents.emplace_back(schema));
        // References add schemas at places that no keyword makes ones for schemas, and drafts.
        for (std::size_t i = 0; i < result_.nodes.size(); ++i)
            fill(result_.nodes[i]);
        const auto* circle = find_circle(
            result_.nodes, [this](const SchemaNode& node) { return dynamic_targets(node); });
        if (circle)
            fail(*circle->schema, "references lead from here back to here, and to no end");
    }

private:
    // The targets of a name are one node, so that many references to many anchors are not their
    // product.
    const SchemaNode* dynamic_targets(const SchemaNode& node) {
        const auto& rules = node.combined;
        if (!rules || (!rules->recursive && rules->dynamic_name.empty()))
            return nullptr;
        const auto [targets, is_new] = dynamic_targets_.try_emplace(rules->dynamic_name);
        if (is_new) {
            auto& all = made(targets->second.combined).all;
            const auto [from, to] = index_.dynamic_anchors(rules->dynamic_name);
            std::transform(from, to, std::back_inserter(all),
                           [](const auto& each) { return each.second; });
        }
        return &targets->second;
    }

    // The member of the schema that is being compiled; nullptr: it has none.
    const Value* keyword(std::string_view name) const {
        const auto found = object_->find(name);
        return found == object_->end() ? nullptr : &found->second;
    }

    const SchemaNode* schema(const Value& value, std::string_view name) const {
        const auto* node = index_.node_of(value);
        if (!node)
            wrong(value, name, "a schema: an object, true or false");
        return node;
    }

    const SchemaNode* schema(std::string_view name) const {
        const auto* value = keyword(name);
        return value ? schema(*value, name) : nullptr;
    }

    std::vector<const SchemaNode*> schemas(const Value& list, std::string_view name) const {
        if (!list.array() || list.array()->empty())
            wrong(list, name, "a list of schemas, and not empty");
        std::vector<const SchemaNode*> nodes;
        for (const auto& each : *list.array())
            nodes.push_back(schema(each, name));
        return nodes;
    }

    std::vector<const SchemaNode*> schemas(std::string_view name) const {
        const auto* value = keyword(name);
        return value ? schemas(*value, name) : std::vector<const SchemaNode*>();
    }

    static const Value::Object& map(const Value& value, std::string_view name) {
        if (!value.object())
            wrong(value, name, "an object");
        return *value.object();
    }

    static std::vector<std::string_view> names(const Value& value, std::string_view name) {
        std::vector<std::string_view> result;
        if (value.array())
            for (const auto& each : *value.array())
                if (each.string())
                    result.push_back(*each.string());
        if (!value.array() || result.size() != value.array()->size())
            wrong(value, name, "a list of keys");
        return result;
    }

    template <typename Rules>
    static Rules& made(std::unique_ptr<Rules>& rules) {
        if (!rules)
            rules = std::make_unique<Rules>();
        return *rules;
    }

    const Pattern* pattern(const std::string& text, const Value& at) {
        const auto known = result_.patterns.find(text);
        if (known != result_.patterns.end())
            return &known->second;
        steps_.take(kPatternSteps + (20 * text.size()));
        auto compiled = Pattern::compile(text);
        if (!compiled)
            fail(at, std::format("the pattern {} is no regular expression: {}",
                                 shortened(to_json(Value{.data = text})), compiled.error()));
        return &result_.patterns.emplace(text, *std::move(compiled)).first->second;
    }

    void fill(SchemaNode& node);
    void fill_reference(SchemaNode& node, std::string_view name);
    void fill_types(SchemaNode& node);
    void fill_allowed(SchemaNode& node);
    void fill_numbers(SchemaNode& node);
    void fill_text(SchemaNode& node);
    void fill_array(SchemaNode& node);
    void fill_contains(SchemaNode& node);
    void fill_object(SchemaNode& node);
    void fill_dependencies(SchemaNode& node);
    void fill_combined(SchemaNode& node);
    void fill_unevaluated(SchemaNode& node);

    template <typename Rules>
    void fill_counts(std::unique_ptr<Rules>& rules, std::vector<CountBound> Rules::* counts,
                     std::string_view least, std::string_view most) {
        for (const auto& name : {least, most}) {
            const auto* value = keyword(name);
            if (!value)
                continue;
            const auto count = count_of(*value);
            if (!count)
                wrong(*value, name, "a whole number of at least 0");
            (made(rules).*counts)
                .push_back({.keyword = name, .rule = value, .count = *count, .most = name == most});
        }
    }

    CompiledSchema& result_;
    Steps steps_;
    SchemaIndex index_;
    std::map<std::string, SchemaNode> dynamic_targets_; // by the name of the anchors
    // The schema that is being compiled.
    const Value::Object* object_ = nullptr;
    Draft draft_ = Draft::Draft2020;
};

void Compiler::fill(SchemaNode& node) {
    const auto* flag = std::get_if<bool>(&node.schema->data);
    object_ = node.schema->object();
    draft_ = node.resource->draft;
    if (flag)
        node.nothing = !*flag;
    if (!object_)
        return;
    steps_.take(object_->size());
    fill_reference(node, "$ref");
    if (draft_ <= Draft::Draft7 && node.combined)
        return; // what stands beside "$ref" says nothing
    fill_types(node);
    fill_allowed(node);
    fill_numbers(node);
    fill_text(node);
    fill_array(node);
    fill_object(node);
    fill_dependencies(node);
    fill_combined(node);
    fill_unevaluated(node);
}

void Compiler::fill_reference(SchemaNode& node, std::string_view name) {
    const auto* value = keyword(name);
    if (!value || (draft_ <= Draft::Draft7 && !value->string()))
        return;
    if (!value->string())
        wrong(*value, name, "an address, as in \"#/$defs/NAME\"");
    const auto& target = index_.resolve(node, *value);
    auto& combined = made(node.combined);
    // A schema of draft 2020-12 may have both of them.
    if (combined.reference) {
        combined.all.push_back(combined.reference);
        combined.reference = nullptr;
    }
    combined.reference = &target;
    const auto* object = target.schema->object();
    if (name == "$ref" || !object)
        return;
    if (name == "$recursiveRef") {
        combined.recursive = target.resource->recursive_anchor;
        return;
    }
    const auto anchor = object->find("$dynamicAnchor");
    const auto fragment = fragment_of(*value->string());
    if (anchor != object->end() && anchor->second.string() && *anchor->second.string() == fragment)
        combined.dynamic_name = fragment;
}

void Compiler::fill_types(SchemaNode& node) {
    constexpr std::string_view wanted =
        "one of \"null\", \"boolean\", \"integer\", \"number\", \"string\", \"array\" and "
        "\"object\", or a list of them";
    node.type_rule = keyword("type");
    if (!node.type_rule)
        return;
    node.types = 0;
    const auto add = [&](const Value& name) {
        const auto* text = name.string();
        const auto* found =
            text ? std::ranges::find(kTypes, *text, &NamedType::name) : kTypes.end();
        if (found == kTypes.end())
            wrong(*node.type_rule, "type", wanted);
        node.types |= found->bits;
    };
    if (const auto* several = node.type_rule->array())
        std::ranges::for_each(*several, add);
    else
        add(*node.type_rule);
}

// A value has to be that of "const", and in the list, where there are both "enum" and "const".
void Compiler::fill_allowed(SchemaNode& node) {
    const auto less = [this](const Value* a, const Value* b) { return order(*a, *b, steps_) < 0; };
    if (const auto* list = keyword("enum")) {
        if (!list->array())
            wrong(*list, "enum", "a list of values");
        for (const auto& each : *list->array())
            node.allowed.push_back(&each);
        std::ranges::sort(node.allowed, less);
        node.allowed_keyword = "enum";
        node.allowed_rule = list;
    }
    const auto* constant = draft_ >= Draft::Draft6 ? keyword("const") : nullptr;
    if (!constant)
        return;
    const bool is_in =
        !node.allowed_rule || std::ranges::binary_search(node.allowed, constant, less);
    node.allowed.clear();
    if (is_in)
        node.allowed.push_back(constant);
    node.allowed_keyword = "const";
    node.allowed_rule = constant;
}

void Compiler::fill_numbers(SchemaNode& node) {
    for (const std::string_view limit : {"minimum", "maximum"}) {
        const std::string_view exclusive =
            limit == "minimum" ? "exclusiveMinimum" : "exclusiveMaximum";
        const auto* value = keyword(limit);
        const auto* beyond = keyword(exclusive);
        if (value && !is_number(*value))
            wrong(*value, limit, "a number");
        if (draft_ == Draft::Draft4) {
            if (beyond && !std::holds_alternative<bool>(beyond->data))
                wrong(*beyond, exclusive, "true or false; in later drafts, it is a number");
            const bool without = beyond && std::get<bool>(beyond->data);
            if (value)
                node.numbers.push_back({.keyword = without ? exclusive : limit, .rule = value});
            continue;
        }
        if (value)
            node.numbers.push_back({.keyword = limit, .rule = value});
        if (beyond && !is_number(*beyond))
            wrong(*beyond, exclusive, "a number; only in draft 04, it is true or false");
        if (beyond)
            node.numbers.push_back({.keyword = exclusive, .rule = beyond});
    }
    if (const auto* divisor = keyword("multipleOf")) {
        if (!divides(*divisor))
            wrong(*divisor, "multipleOf", "a number above 0, of at most 18 digits");
        node.numbers.push_back({.keyword = "multipleOf", .rule = divisor});
    }
}

void Compiler::fill_text(SchemaNode& node) {
    fill_counts(node.text, &TextRules::lengths, "minLength", "maxLength");
    const auto* rule = keyword("pattern");
    if (!rule)
        return;
    if (!rule->string())
        wrong(*rule, "pattern", "a regular expression");
    made(node.text).pattern = pattern(*rule->string(), *rule);
    node.text->pattern_rule = rule;
}

void Compiler::fill_array(SchemaNode& node) {
    fill_counts(node.array, &ArrayRules::counts, "minItems", "maxItems");
    if (const auto* unique = keyword("uniqueItems")) {
        if (!std::holds_alternative<bool>(unique->data))
            wrong(*unique, "uniqueItems", "true or false");
        if (std::get<bool>(unique->data))
            made(node.array).unique = true;
    }
    const auto* items = keyword("items");
    if (items && items->array() && draft_ == Draft::Draft2020)
        wrong(*items, "items",
              "a schema; a list of them is \"prefixItems\", or name an older draft in \"$schema\"");
    std::string_view rest = "items";
    if (items && items->array()) {
        auto& rules = made(node.array);
        for (const auto& each : *items->array())
            rules.prefix.push_back(schema(each, "items"));
        rest = "additionalItems";
    } else if (draft_ == Draft::Draft2020 && keyword("prefixItems")) {
        made(node.array).prefix = schemas("prefixItems");
    }
    if (const auto* rule = keyword(rest)) {
        auto& rules = made(node.array);
        rules.rest = schema(*rule, rest);
        rules.rest_rule = rule;
        rules.rest_keyword = rest;
    }
    fill_contains(node);
}

void Compiler::fill_contains(SchemaNode& node) {
    const auto* rule = draft_ >= Draft::Draft6 ? keyword("contains") : nullptr;
    if (!rule)
        return;
    auto& rules = made(node.array);
    rules.contains = schema(*rule, "contains");
    rules.contains_rule = rule;
    rules.contains_evaluates = draft_ == Draft::Draft2020;
    if (draft_ < Draft::Draft2019)
        return;
    const auto count = [this](std::string_view name, std::uint64_t& bound) {
        const auto* value = keyword(name);
        const auto number = value ? count_of(*value) : bound;
        if (!number)
            wrong(*value, name, "a whole number of at least 0");
        bound = *number;
    };
    count("minContains", rules.least_contained);
    count("maxContains", rules.most_contained);
}

void Compiler::fill_object(SchemaNode& node) {
    fill_counts(node.object, &ObjectRules::counts, "minProperties", "maxProperties");
    if (const auto* rule = keyword("required")) {
        auto& rules = made(node.object);
        rules.required = names(*rule, "required");
        rules.required_rule = rule;
    }
    if (const auto* rule = keyword("properties"))
        for (const auto& [name, each] : map(*rule, "properties"))
            made(node.object).properties.emplace_back(name, schema(each, "properties"));
    if (const auto* rule = keyword("patternProperties"))
        for (const auto& [text, each] : map(*rule, "patternProperties"))
            made(node.object)
                .patterns.emplace_back(pattern(text, each), schema(each, "patternProperties"));
    if (const auto* rule = keyword("additionalProperties")) {
        auto& rules = made(node.object);
        rules.additional = schema(*rule, "additionalProperties");
        rules.additional_rule = rule;
    }
    if (draft_ >= Draft::Draft6 && keyword("propertyNames"))
        made(node.object).names = schema("propertyNames");
}

void Compiler::fill_dependencies(SchemaNode& node) {
    const auto add_keys = [&](const std::string& key, const Value& value, std::string_view name) {
        made(node.object)
            .dependent_required.push_back({.key = key, .rule = &value, .keys = names(value, name)});
    };
    const auto add_schema = [&](const std::string& key, const Value& value, std::string_view name) {
        made(node.combined).dependent.emplace_back(key, schema(value, name));
    };
    // Later drafts have put two keywords in its place, and let it stay.
    if (const auto* rule = keyword("dependencies"))
        for (const auto& [key, value] : map(*rule, "dependencies")) {
            if (value.array())
                add_keys(key, value, "dependencies");
            else
                add_schema(key, value, "dependencies");
        }
    if (draft_ < Draft::Draft2019)
        return;
    if (const auto* rule = keyword("dependentRequired"))
        for (const auto& [key, value] : map(*rule, "dependentRequired"))
            add_keys(key, value, "dependentRequired");
    if (const auto* rule = keyword("dependentSchemas"))
        for (const auto& [key, value] : map(*rule, "dependentSchemas"))
            add_schema(key, value, "dependentSchemas");
}

void Compiler::fill_combined(SchemaNode& node) {
    if (draft_ == Draft::Draft2019)
        fill_reference(node, "$recursiveRef");
    if (draft_ == Draft::Draft2020)
        fill_reference(node, "$dynamicRef");
    if (keyword("allOf"))
        std::ranges::move(schemas("allOf"), std::back_inserter(made(node.combined).all));
    if (const auto* rule = keyword("anyOf")) {
        made(node.combined).any = schemas("anyOf");
        node.combined->any_rule = rule;
    }
    if (const auto* rule = keyword("oneOf")) {
        made(node.combined).one = schemas("oneOf");
        node.combined->one_rule = rule;
    }
    if (keyword("not"))
        made(node.combined).forbidden = schema("not");
    if (draft_ < Draft::Draft7 || !keyword("if"))
        return;
    auto& combined = made(node.combined);
    combined.condition = schema("if");
    combined.then = schema("then");
    combined.otherwise = schema("else");
}

void Compiler::fill_unevaluated(SchemaNode& node) {
    if (draft_ < Draft::Draft2019)
        return;
    node.unevaluated_items = schema("unevaluatedItems");
    node.unevaluated_items_rule = keyword("unevaluatedItems");
    node.unevaluated_properties = schema("unevaluatedProperties");
    node.unevaluated_properties_rule = keyword("unevaluatedProperties");
}

} // namespace

std::unique_ptr<const CompiledSchema> compile_schema(const Value& schema) try {
    auto result = std::make_unique<CompiledSchema>();
    Compiler(*result).compile(schema);
    return result;
} catch (const OutOfSteps&) {
    fail(schema, "the schema is too large: reading it takes too long");
}

} // namespace hotreload::document
