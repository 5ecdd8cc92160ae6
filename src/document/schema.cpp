// SPDX-License-Identifier: LGPL-2.1-or-later
#include "document/schema.hpp"

#include "base/utf8.hpp"
#include "core/key_path.hpp"
#include "document/schema_json.hpp"
#include "document/schema_normal.hpp"
#include "document/schema_references.hpp"
#include "document/schema_rules.hpp"

#include <jsoncons_ext/jsonschema/jsonschema.hpp>

#include <algorithm>
#include <charconv>
#include <format>
#include <functional>
#include <regex>
#include <tuple>
#include <utility>

namespace hotreload {

namespace {

using namespace document;
using Json = jsoncons::json;
using jsoncons::jsonschema::validation_message;
using jsoncons::jsonschema::walk_result;

// std::regex goes through a text by recursion, and jsoncons through a document.
constexpr std::size_t kMaxMatched = std::size_t{8} * 1024;
constexpr std::size_t kMaxSteps = 3000;
constexpr std::size_t kMaxProblems = 1000;

std::size_t depth_of(const Value& value) {
    std::size_t depth = 0;
    if (const auto* array = value.array())
        for (const auto& each : *array)
            depth = std::max(depth, depth_of(each));
    else if (const auto* object = value.object())
        for (const auto& [key, each] : *object)
            depth = std::max(depth, depth_of(each));
    return depth + 1;
}

// A text or key too long to be matched; nothing when there is none.
const Value* too_long(const Value& value) {
    if (const auto* text = value.string())
        return text->size() > kMaxMatched ? &value : nullptr;
    if (const auto* array = value.array())
        for (const auto& each : *array)
            if (const auto* found = too_long(each))
                return found;
    if (const auto* object = value.object())
        for (const auto& [key, each] : *object) {
            if (key.size() > kMaxMatched)
                return &each;
            if (const auto* found = too_long(each))
                return found;
        }
    return nullptr;
}

Problem problem_at(const Value& value, std::string message) {
    return {.path = {}, .line = value.line, .column = value.column, .message = std::move(message)};
}

// Where a rule was broken: jsoncons' pointer as a path in the document.
void locate(const Value& document, const jsoncons::jsonpointer::json_pointer& pointer,
            BrokenRule& broken) {
    broken.value = &document;
    for (const std::string& token : pointer) {
        const Value* next = nullptr;
        if (const auto* array = broken.value->array()) {
            std::size_t index = 0;
            std::from_chars(token.data(), token.data() + token.size(), index);
            if (index >= array->size())
                return;
            broken.path.emplace_back(index);
            next = &(*array)[index];
        } else if (const auto* object = broken.value->object()) {
            const auto member = object->find(token);
            if (member == object->end())
                return;
            broken.path.emplace_back(token);
            next = &member->second;
        } else {
            return;
        }
        broken.parent = std::exchange(broken.value, next);
    }
}

// What the schema has there, by the way that jsoncons went through it. False: the way is not clear.
bool follow_path(const SchemaReferences& references, const Value& document,
                 const jsoncons::jsonpointer::json_pointer& path, BrokenRule& broken) {
    const Value* at = &document;
    std::string_view last;
    for (const std::string& token : path) {
        const Value* next = SchemaReferences::step(*at, token);
        // Of patterns, the key that one of them matched is told.
        if (!next && last == "patternProperties" && at->object() && at->object()->size() == 1)
            next = &at->object()->begin()->second;
        if (!next)
            return at == broken.rule; // behind it, the key of "additionalProperties" is told
        if (token == broken.keyword) {
            broken.schema = at;
            broken.rule = next;
        }
        at = token == "$ref" ? references.target(*at) : next;
        if (!at)
            return false;
        last = token;
    }
    return at == broken.rule;
}

// The same by the location, which with some keywords is that of the schema around it.
void look_up(const SchemaReferences& references, const std::string& location, BrokenRule& broken) {
    const Value* at = references.find(location);
    if (!at)
        return;
    if (const Value* rule = SchemaReferences::step(*at, std::string(broken.keyword))) {
        broken.schema = at;
        broken.rule = rule;
    } else if (location.ends_with(std::format("/{}", broken.keyword))) {
        broken.schema = references.find(location.substr(0, location.rfind('/')));
        broken.rule = at;
    }
}

// `references`: of the schema, where rules can be looked up.
void complain(const validation_message& message, const SchemaReferences* references,
              const Value& instance, std::vector<Problem>& problems) {
    // Of "allOf", what is inside is what is wrong.
    if (message.keyword() == "allOf" && !message.details().empty()) {
        for (const auto& each : message.details())
            complain(each, references, instance, problems);
        return;
    }
    BrokenRule broken{.keyword = message.keyword(), .path = {}};
    for (const std::string& token : message.eval_path()) {
        broken.of_a_key = broken.of_a_key || token == "propertyNames";
        if (token == "dependentRequired" && broken.keyword == "required")
            broken.keyword = "dependentRequired";
    }
    locate(instance, message.instance_location(), broken);
    if (references &&
        !follow_path(*references, references->document(), message.eval_path(), broken)) {
        broken.schema = broken.rule = nullptr;
        look_up(*references, message.schema_location().string(), broken);
    }
    for (auto& each : complaints(broken))
        problems.push_back(problem_at(*each.at, std::move(each.message)));
}

std::vector<Problem> validate(const jsoncons::jsonschema::json_schema<Json>& validator,
                              const SchemaReferences* references, const Value& instance) {
    std::vector<Problem> problems;
    const std::function<walk_result(const validation_message&)> report =
        [&](const validation_message& message) {
            complain(message, references, instance, problems);
            return problems.size() < kMaxProblems ? walk_result::advance : walk_result::abort;
        };
    validator.validate(to_jsoncons(instance), report);
    const auto place = [](const Problem& each) {
        return std::tie(each.line, each.column, each.message);
    };
    std::ranges::sort(problems, {}, place);
    const auto repeated = std::ranges::unique(problems);
    problems.erase(repeated.begin(), repeated.end());
    return problems;
}

// jsoncons takes what it does not understand of a schema for a rule that says nothing, so the
// schema is checked by its draft's own. That goes down through "additionalProperties", which only
// says that something in it is wrong: the smallest of the schemas within that is wrong has the
// place.
void check_schema(const Value& document, const SchemaReferences& references) {
    const auto* object = document.object();
    const auto draft = object ? object->find("$schema") : Value::Object::const_iterator();
    Json meta(jsoncons::json_object_arg);
    meta.insert_or_assign("$ref", object && draft != object->end() && draft->second.string()
                                      ? *draft->second.string()
                                      : jsoncons::jsonschema::schema_version::draft202012());
    const auto validator =
        jsoncons::jsonschema::make_json_schema(std::move(meta), std::string(kSchemaAddress));
    auto problems = validate(validator, nullptr, document);
    if (problems.empty())
        return;
    std::size_t depth = depth_of(document);
    for (const auto* each : references.schemas()) {
        if (depth_of(*each) >= depth)
            continue;
        if (auto within = validate(validator, nullptr, *each); !within.empty()) {
            problems = std::move(within);
            depth = depth_of(*each);
        }
    }
    problems.front().message = "the schema is wrong: " + problems.front().message;
    throw Failure{std::move(problems.front())};
}

jsoncons::jsonschema::json_schema<Json> make_validator(const Value& document,
                                                       const SchemaReferences& references) {
    check_schema(document, references);
    return jsoncons::jsonschema::make_json_schema(to_jsoncons(document),
                                                  std::string(kSchemaAddress));
}

} // namespace

struct Schema::Compiled {
    explicit Compiled(const Value& schema)
        : document(normalized(schema)),
          references(document),
          validator(make_validator(document, references)) {}

    Value document; // what the rest points into
    SchemaReferences references;
    jsoncons::jsonschema::json_schema<Json> validator;
};

Schema::Schema(std::unique_ptr<Compiled> compiled) : compiled_(std::move(compiled)) {}
Schema::Schema(Schema&&) noexcept = default;
Schema& Schema::operator=(Schema&&) noexcept = default;
Schema::~Schema() = default;

std::expected<Schema, Problem> Schema::compile(const Value& document) try {
    if (!document.object() && !std::get_if<bool>(&document.data))
        return std::unexpected(problem_at(document, "a schema is an object, or true or false"));
    return Schema(std::make_unique<Compiled>(document));
} catch (document::Failure& failure) {
    return std::unexpected(std::move(failure.problem));
} catch (const std::regex_error& error) {
    return std::unexpected(
        problem_at(document, std::format("a pattern of the schema is no regular expression: {}",
                                         error.what())));
} catch (const std::exception& error) {
    return std::unexpected(
        problem_at(document, std::format("is no JSON schema: {}", to_utf8(error.what()))));
}

std::vector<Problem> Schema::check(const Value& document) const try {
    const auto& references = compiled_->references;
    if (references.patterns())
        if (const auto* value = too_long(document))
            return {problem_at(*value, std::format("a text of more than {} bytes cannot be checked "
                                                   "by a schema that has patterns",
                                                   kMaxMatched))};
    if (depth_of(document) * references.longest() > kMaxSteps)
        return {problem_at(document, "is nested too deep to be checked by this schema")};

    return validate(compiled_->validator, &references, document);
} catch (const std::exception&) {
    // What jsoncons and std::regex say quotes the value.
    return {problem_at(document, "cannot be checked: a rule of the schema is too much for it")};
}

} // namespace hotreload
