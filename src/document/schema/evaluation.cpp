// SPDX-License-Identifier: LGPL-2.1-or-later
#include "document/schema/evaluation.hpp"

#include "document/mark.hpp"
#include "document/schema/compare.hpp"
#include "document/schema/rules.hpp"

#include <algorithm>
#include <format>
#include <tuple>
#include <utility>

namespace hotreload::document {

namespace {

constexpr std::size_t kMaxDepth = 2000;      // schemas within schemas, each some 500 bytes of stack
constexpr std::size_t kMaxAdvised = 100;     // unknown keys, with the nearest that is known
constexpr std::size_t kLongestAdvised = 100; // bytes of such a key: nearest() takes no longer one
constexpr std::size_t kMaxOfChoice = 20;     // problems of one of the schemas of "anyOf"
constexpr std::size_t kMaxCompared = 50;     // schemas of "anyOf", for the one that comes nearest
constexpr std::size_t kComplaintSteps = 2000; // to put one into words
constexpr std::size_t kLongestToldKey = 200;  // as it is told

struct TypeOf {
    Steps& steps;
    const Value& value;
    Draft draft;

    unsigned operator()(std::nullptr_t) const { return kNull; }
    unsigned operator()(bool) const { return kBoolean; }
    unsigned operator()(std::int64_t) const { return kInteger | kNumber; }
    unsigned operator()(std::uint64_t) const { return kInteger | kNumber; }
    unsigned operator()(double) const { return real(); }
    unsigned operator()(const std::string&) const { return kString; }
    unsigned operator()(const Opaque& opaque) const {
        if (opaque.type != "number")
            return kString;
        const bool digits =
            opaque.text.find_first_of(".eE") == std::string::npos || opaque.text.starts_with("0x");
        return digits ? kInteger | kNumber : real();
    }
    unsigned operator()(const Value::Array&) const { return kArray; }
    unsigned operator()(const Value::Object&) const { return kObject; }

    // 1.0 is an integer, but not in draft 4.
    [[nodiscard]] unsigned real() const {
        return draft != Draft::Draft4 && is_whole(value, steps) ? kInteger | kNumber : kNumber;
    }
};

// The number of elements, without the marks behind them.
std::size_t elements_of(const Value::Array& array) {
    auto size = array.size();
    while (size > 0 && is_mark(array[size - 1]))
        --size;
    return size;
}

std::size_t members_of(const Value::Object& object) {
    return static_cast<std::size_t>(
        std::ranges::count_if(object, [](const auto& member) { return !is_mark(member.second); }));
}

// Steps to look up one key of an object.
std::size_t look_up_steps(std::string_view key) {
    return 4 + (key.size() / 16);
}

// Steps to find the nearest to a key: the product of both lengths, for each candidate.
std::size_t advice_steps(std::size_t candidates, std::string_view key) {
    return candidates * (10 + (key.size() * key.size() / 5));
}

std::size_t characters_of(std::string_view text) {
    return static_cast<std::size_t>(std::ranges::count_if(
        text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80; }));
}

Problem problem_at(const Value& value, std::string message) {
    return {.path = {}, .line = value.line, .column = value.column, .message = std::move(message)};
}

std::string ordinal(std::size_t number) {
    const auto last = number % 100 / 10 == 1 ? 0 : number % 10;
    return std::format("{}{}", number,
                       last == 1   ? "st"
                       : last == 2 ? "nd"
                       : last == 3 ? "rd"
                                   : "th");
}

} // namespace

// A scope within one schema more.
class SchemaEvaluation::Entered {
public:
    Entered(SchemaEvaluation& evaluation, const SchemaNode& node, const At& at)
        : evaluation_(evaluation),
          resource_(evaluation.resources_.empty() ||
                    evaluation.resources_.back() != node.resource) {
        evaluation_.steps_.take(4);
        if (evaluation_.depth_ >= kMaxDepth)
            throw Uncheckable{problem_at(
                *at.value, std::format("{} is nested too deep to be checked by this schema",
                                       named(path_of(at))))};
        ++evaluation_.depth_;
        if (resource_)
            evaluation_.resources_.push_back(node.resource);
    }
    ~Entered() {
        --evaluation_.depth_;
        if (resource_)
            evaluation_.resources_.pop_back();
    }
    Entered(const Entered&) = delete;
    Entered& operator=(const Entered&) = delete;

private:
    SchemaEvaluation& evaluation_;
    bool resource_;
};

bool SchemaEvaluation::meets(const Value& document) {
    steps_ = Steps(most_steps_);
    findings_ = nullptr;
    return meets(*schema_.root, {.value = &document}, nullptr);
}

std::vector<Problem> SchemaEvaluation::problems(const Value& document, std::size_t most) {
    steps_ = Steps(most_steps_);
    Findings findings{.list = {}, .most = most};
    findings_ = &findings;
    try {
        meets(*schema_.root, {.value = &document}, nullptr);
    } catch (const OutOfSteps&) {
        if (findings.list.empty())
            throw;
    }
    std::vector<Problem> problems;
    for (auto& each : findings.list)
        problems.push_back(std::move(each.problem));
    return problems;
}

bool SchemaEvaluation::quietly(const SchemaNode& node, const At& at, Seen* seen) {
    auto* const findings = std::exchange(findings_, nullptr);
    try {
        const bool good = meets(node, at, seen);
        findings_ = findings;
        return good;
    } catch (...) {
        findings_ = findings;
        throw;
    }
}

bool SchemaEvaluation::meets(const SchemaNode& node, const At& at, Seen* seen) {
    const Entered entered(*this, node, at);
    if (node.nothing)
        return broken(node, at, "false", nullptr);
    const bool of_array = node.unevaluated_items && at.value->array();
    const bool of_object = node.unevaluated_properties && at.value->object();
    Seen own;
    auto* const within = of_array || of_object ? &own : seen;
    bool good = meets_value(node, at);
    const auto go_on = [&] { return good || !is_enough(); };
    if (go_on() && node.array && at.value->array())
        good = meets_array(node, at, within) && good;
    if (go_on() && node.object && at.value->object())
        good = meets_object(node, at, within) && good;
    if (go_on() && node.combined)
        good = meets_combined(node, at, within) && good;
    if (go_on() && within == &own)
        good = meets_unevaluated(node, at, own) && good;
    if (within == &own && seen)
        seen->all = true; // for "unevaluated…" has looked at the rest
    return good;
}

// Keywords about the value itself.
bool SchemaEvaluation::meets_value(const SchemaNode& node, const At& at) {
    bool good = true;
    const auto go_on = [&] { return good || !is_enough(); };
    const auto& value = *at.value;
    if (node.type_rule &&
        (node.types & std::visit(TypeOf{steps_, value, node.resource->draft}, value.data)) == 0)
        good = broken(node, at, "type", node.type_rule);
    if (node.allowed_rule && go_on()) {
        const auto less = [this](const Value* a, const Value* b) {
            return order(*a, *b, steps_) < 0;
        };
        if (!std::ranges::binary_search(node.allowed, &value, less))
            good = broken(node, at, node.allowed_keyword, node.allowed_rule);
    }
    if (!node.numbers.empty() && go_on() && is_number(value))
        good = meets_number(node, at) && good;
    if (node.text && go_on())
        if (const auto* text = text_of(value))
            good = meets_text(node, at, *text) && good;
    return good;
}

bool SchemaEvaluation::meets_number(const SchemaNode& node, const At& at) {
    bool good = true;
    for (const auto& bound : node.numbers) {
        if (!meets_bound(bound, *at.value))
            good = broken(node, at, bound.keyword, bound.rule);
        if (!good && is_enough())
            break;
    }
    return good;
}

bool SchemaEvaluation::meets_bound(const Bound& bound, const Value& number) {
    if (bound.keyword == "multipleOf")
        return is_multiple(number, *bound.rule, steps_);
    if (is_nan(number))
        return false;
    const auto place = order(number, *bound.rule, steps_);
    if (bound.keyword == "minimum")
        return place >= 0;
    if (bound.keyword == "maximum")
        return place <= 0;
    return bound.keyword == "exclusiveMinimum" ? place > 0 : place < 0;
}

bool SchemaEvaluation::meets_text(const SchemaNode& node, const At& at, const std::string& text) {
    const auto& rules = *node.text;
    bool good = true;
    if (!rules.lengths.empty()) {
        steps_.take(text.size() / 16);
        good = meets_counts(node, at, rules.lengths, characters_of(text));
    }
    if (rules.pattern && (good || !is_enough()) && !matches(*rules.pattern, text, at))
        good = broken(node, at, "pattern", rules.pattern_rule);
    return good;
}

bool SchemaEvaluation::meets_counts(const SchemaNode& node, const At& at,
                                    const std::vector<CountBound>& counts, std::size_t count) {
    bool good = true;
    for (const auto& bound : counts)
        if (bound.most ? count > bound.count : count < bound.count)
            good = broken(node, at, bound.keyword, bound.rule);
    return good;
}

bool SchemaEvaluation::meets_array(const SchemaNode& node, const At& at, Seen* seen) {
    const auto& rules = *node.array;
    const auto& array = *at.value->array();
    const auto count = elements_of(array);
    bool good = rules.counts.empty() || meets_counts(node, at, rules.counts, count);
    for (std::size_t i = 0; i < count; ++i) {
        if (!good && is_enough())
            return false;
        const auto* schema = i < rules.prefix.size() ? rules.prefix[i] : rules.rest;
        if (!schema)
            break;
        const At element{.value = &array[i], .above = &at, .index = i};
        if (i >= rules.prefix.size() && rules.rest_keyword == "additionalItems" && schema->nothing)
            good = broken(node, element, "additionalItems", rules.rest_rule);
        else
            good = meets(*schema, element, nullptr) && good;
        if (seen && !rules.rest)
            seen->children.insert(&array[i]);
    }
    if (seen && rules.rest)
        seen->all = true;
    if (rules.unique && (good || !is_enough()) && has_repeated(array))
        good = broken(node, at, "uniqueItems", nullptr);
    if (rules.contains && (good || !is_enough()))
        good = meets_contains(node, at, seen) && good;
    return good;
}

bool SchemaEvaluation::has_repeated(const Value::Array& array) {
    std::vector<const Value*> sorted;
    steps_.take(array.size());
    for (std::size_t i = 0; i < elements_of(array); ++i)
        sorted.push_back(&array[i]);
    std::ranges::sort(sorted,
                      [this](const Value* a, const Value* b) { return order(*a, *b, steps_) < 0; });
    return std::ranges::adjacent_find(sorted, [this](const Value* a, const Value* b) {
               return order(*a, *b, steps_) == 0;
           }) != sorted.end();
}

bool SchemaEvaluation::meets_contains(const SchemaNode& node, const At& at, Seen* seen) {
    const auto& rules = *node.array;
    const auto& array = *at.value->array();
    std::uint64_t found = 0;
    for (std::size_t i = 0; i < elements_of(array); ++i) {
        if (!quietly(*rules.contains, {.value = &array[i], .above = &at, .index = i}, nullptr))
            continue;
        ++found;
        if (seen && rules.contains_evaluates)
            seen->children.insert(&array[i]);
        else if (found >= rules.least_contained && rules.most_contained == UINT64_MAX)
            return true;
    }
    if (found < rules.least_contained)
        return broken(node, at, found == 0 ? "contains" : "minContains", rules.contains_rule);
    return found <= rules.most_contained || broken(node, at, "maxContains", rules.contains_rule);
}

bool SchemaEvaluation::meets_object(const SchemaNode& node, const At& at, Seen* seen) {
    const auto& rules = *node.object;
    const auto& object = *at.value->object();
    bool good = true;
    const auto go_on = [&] { return good || !is_enough(); };
    if (!rules.counts.empty()) {
        steps_.take(object.size());
        good = meets_counts(node, at, rules.counts, members_of(object));
    }
    const auto is_there = [&](std::string_view key) { return has(object, key); };
    if (go_on() && !std::ranges::all_of(rules.required, is_there))
        good = broken(node, at, "required", rules.required_rule);
    if (!rules.properties.empty() || !rules.patterns.empty() || rules.additional)
        for (const auto& [key, value] : object) {
            if (!go_on())
                return false;
            if (is_mark(value))
                continue;
            bool known = false;
            good = meets_member(node, {.value = &value, .above = &at, .key = &key}, known) && good;
            if (seen && known)
                seen->children.insert(&value);
        }
    if (rules.names && go_on())
        good = meets_names(node, at) && good;
    if (!rules.dependent_required.empty() && go_on())
        good = meets_dependent(node, at) && good;
    return good;
}

bool SchemaEvaluation::has(const Value::Object& object, std::string_view key) {
    steps_.take(look_up_steps(key));
    return object.contains(key);
}

bool SchemaEvaluation::meets_member(const SchemaNode& node, const At& member, bool& known) {
    const auto& rules = *node.object;
    const std::string_view key = *member.key;
    steps_.take(look_up_steps(key));
    bool good = true;
    const auto property = std::ranges::lower_bound(rules.properties, key, {},
                                                   [](const auto& each) { return each.first; });
    if (property != rules.properties.end() && property->first == key) {
        known = true;
        good = meets(*property->second, member, nullptr);
    }
    for (const auto& [pattern, schema] : rules.patterns) {
        if (!good && is_enough())
            return false;
        if (!matches(*pattern, *member.key, member))
            continue;
        known = true;
        good = meets(*schema, member, nullptr) && good;
    }
    if (known || !rules.additional)
        return good;
    known = true;
    if (rules.additional->nothing)
        return broken(node, member, "additionalProperties", rules.additional_rule);
    return meets(*rules.additional, member, nullptr);
}

bool SchemaEvaluation::meets_names(const SchemaNode& node, const At& at) {
    bool good = true;
    for (const auto& [key, value] : *at.value->object()) {
        if (is_mark(value))
            continue;
        steps_.take(look_up_steps(key));
        const Value name{.data = key, .line = value.line, .column = value.column};
        good =
            meets(*node.object->names, {.value = &name, .above = &at, .is_key = true}, nullptr) &&
            good;
        if (!good && is_enough())
            return false;
    }
    return good;
}

bool SchemaEvaluation::meets_dependent(const SchemaNode& node, const At& at) {
    const auto& object = *at.value->object();
    bool good = true;
    for (const auto& [key, rule, keys] : node.object->dependent_required) {
        if (!has(object, key) ||
            std::ranges::all_of(keys, [&](auto each) { return has(object, each); }))
            continue;
        good = broken(node, at, "dependentRequired", rule, key);
        if (is_enough())
            break;
    }
    return good;
}

bool SchemaEvaluation::meets_combined(const SchemaNode& node, const At& at, Seen* seen) {
    const auto& rules = *node.combined;
    bool good = meets_references(node, at, seen);
    const auto go_on = [&] { return good || !is_enough(); };
    for (const auto* each : rules.all)
        if (go_on())
            good = meets(*each, at, seen) && good;
    if (go_on())
        good = meets_choices(node, at, seen) && good;
    if (rules.forbidden && go_on() && quietly(*rules.forbidden, at, nullptr))
        good = broken(node, at, "not", nullptr);
    if (rules.condition && go_on())
        good = meets_condition(node, at, seen) && good;
    if (const auto* object = at.value->object())
        for (const auto& [key, schema] : rules.dependent)
            if (go_on() && has(*object, key))
                good = meets(*schema, at, seen) && good;
    return good;
}

bool SchemaEvaluation::meets_references(const SchemaNode& node, const At& at, Seen* seen) {
    const auto& rules = *node.combined;
    if (!rules.reference)
        return true;
    return meets(dynamic_target(rules), at, seen);
}

// The outermost on the way here, if the reference is one that is looked up only now.
const SchemaNode& SchemaEvaluation::dynamic_target(const Combined& rules) const {
    if (rules.recursive)
        for (const auto* resource : resources_)
            if (resource->recursive_anchor)
                return *resource->root;
    if (!rules.dynamic_name.empty())
        for (const auto* resource : resources_)
            if (const auto anchor = resource->dynamic_anchors.find(rules.dynamic_name);
                anchor != resource->dynamic_anchors.end())
                return *anchor->second;
    return *rules.reference;
}

// The number of schemas that are met, up to `enough`; all are counted when what they look at is of
// interest.
std::size_t SchemaEvaluation::choose(const std::vector<const SchemaNode*>& nodes, const At& at,
                                     Seen* seen, std::size_t enough) {
    std::size_t met = 0;
    for (const auto* each : nodes) {
        if (met >= enough && (!seen || seen->all))
            break;
        Seen own;
        if (!quietly(*each, at, seen ? &own : nullptr))
            continue;
        ++met;
        if (!seen)
            continue;
        steps_.take(own.children.size());
        seen->children.merge(own.children);
        seen->all = seen->all || own.all;
    }
    return met;
}

bool SchemaEvaluation::meets_choices(const SchemaNode& node, const At& at, Seen* seen) {
    const auto& rules = *node.combined;
    bool good = true;
    if (!rules.any.empty() && choose(rules.any, at, seen, 1) == 0)
        good = none_of(node, at, "anyOf", *rules.any_rule, rules.any);
    if (rules.one.empty() || (!good && is_enough()))
        return good;
    const auto met = choose(rules.one, at, seen, 2);
    if (met == 0)
        return none_of(node, at, "oneOf", *rules.one_rule, rules.one);
    return met == 1 ? good : broken(node, at, "oneOf", rules.one_rule);
}

bool SchemaEvaluation::meets_condition(const SchemaNode& node, const At& at, Seen* seen) {
    const auto& rules = *node.combined;
    const bool holds = choose({rules.condition}, at, seen, 1) == 1;
    const auto* next = holds ? rules.then : rules.otherwise;
    return !next || meets(*next, at, seen);
}

bool SchemaEvaluation::meets_unevaluated(const SchemaNode& node, const At& at, Seen& seen) {
    if (seen.all)
        return true;
    bool good = true;
    const auto check = [&](const SchemaNode& schema, const At& child, std::string_view keyword,
                           const Value* rule) {
        steps_.take(1);
        if (seen.children.contains(child.value) || (!good && is_enough()))
            return;
        if (schema.nothing)
            good = broken(node, child, keyword, rule);
        else
            good = meets(schema, child, nullptr) && good;
    };
    if (const auto* array = at.value->array())
        for (std::size_t i = 0; i < elements_of(*array); ++i)
            check(*node.unevaluated_items, {.value = &(*array)[i], .above = &at, .index = i},
                  "unevaluatedItems", node.unevaluated_items_rule);
    else
        for (const auto& [key, value] : *at.value->object())
            if (!is_mark(value))
                check(*node.unevaluated_properties, {.value = &value, .above = &at, .key = &key},
                      "unevaluatedProperties", node.unevaluated_properties_rule);
    return good;
}

bool SchemaEvaluation::matches(const Pattern& pattern, const std::string& text, const At& at) {
    const auto answer = matcher_.find(pattern, text);
    if (answer == Matcher::Answer::TooMuch)
        throw Uncheckable{problem_at(
            *at.value, std::format("{} cannot be checked: to match it to the pattern \"{}\" of the "
                                   "schema takes too long",
                                   named(path_of(at)), shortened(pattern.text(), 400)))};
    return answer == Matcher::Answer::Yes;
}

bool SchemaEvaluation::broken(const SchemaNode& node, const At& at, std::string_view keyword,
                              const Value* rule, std::string_view because) {
    if (is_enough())
        return false;
    const bool of_a_key = at.is_key;
    const bool unknown = keyword == "additionalProperties" || keyword == "unevaluatedProperties";
    const bool advise = unknown && at.key && at.key->size() <= kLongestAdvised &&
                        findings_->list.size() < kMaxAdvised;
    if (advise && node.object)
        steps_.take(advice_steps(node.object->properties.size(), *at.key));
    const BrokenRule rule_broken{.keyword = keyword,
                                 .rule = rule,
                                 .schema = node.schema,
                                 .path = path_of(at),
                                 .value = of_a_key ? at.above->value : at.value,
                                 .of_a_key = of_a_key,
                                 .because = because,
                                 .advise = advise,
                                 .most = findings_->most - findings_->list.size()};
    for (auto& each : complaints(rule_broken)) {
        steps_.take(kComplaintSteps);
        findings_->list.push_back({.problem = problem_at(*each.at, std::move(each.message)),
                                   .keyword = keyword,
                                   .depth = depth_of(at)});
    }
    return false;
}

// The schema with the fewest faults, of many of which none is met, is what people have meant, if it
// is not another type of value, or another kind of it (which a "const" or "enum" in it tells).
bool SchemaEvaluation::none_of(const SchemaNode& node, const At& at, std::string_view keyword,
                               const Value& rule, const std::vector<const SchemaNode*>& choices) {
    if (is_enough())
        return false;
    struct Choice {
        std::tuple<bool, bool, std::size_t> distance;
        std::size_t number;
        std::vector<Finding> findings;
    };
    std::vector<Choice> all;
    const auto depth = depth_of(at);
    auto* const outer = findings_;
    for (std::size_t i = 0; i < std::min(choices.size(), kMaxCompared); ++i) {
        Findings findings{.list = {}, .most = kMaxOfChoice};
        findings_ = &findings;
        try {
            meets(*choices[i], at, nullptr);
        } catch (...) {
            findings_ = outer;
            throw;
        }
        findings_ = outer;
        const auto is_of = [&](const Finding& each, auto... keywords) {
            return ((each.keyword == keywords) || ...);
        };
        const bool type = std::ranges::any_of(findings.list, [&](const Finding& each) {
            return each.depth == depth && is_of(each, "type", "false");
        });
        const bool kind = std::ranges::any_of(findings.list, [&](const Finding& each) {
            return each.depth <= depth + 1 && is_of(each, "const", "enum");
        });
        all.push_back({.distance = {type, kind, findings.list.size()},
                       .number = i + 1,
                       .findings = std::move(findings.list)});
    }
    auto& nearest = *std::ranges::min_element(all, {}, &Choice::distance);
    const auto far = std::ranges::max_element(all, {}, &Choice::distance)->distance;
    const bool tells = choices.size() > 1 && nearest.distance != far && !nearest.findings.empty() &&
                       !std::get<0>(nearest.distance);
    if (!tells)
        return broken(node, at, keyword, &rule);
    auto& first = nearest.findings.front().problem;
    first.message = std::format("{} {}; the {} comes nearest: {}", named(path_of(at)),
                                choice_text(keyword, rule), ordinal(nearest.number), first.message);
    if (nearest.findings.size() > 1)
        first.message += std::format(" (and {} more)", nearest.findings.size() - 1);
    findings_->list.push_back({.problem = std::move(first), .keyword = keyword, .depth = depth});
    return false;
}

KeyPath SchemaEvaluation::path_of(const At& at) {
    KeyPath path;
    for (const auto* each = &at; each->above; each = each->above) {
        if (each->key)
            path.emplace_back(shortened(*each->key, kLongestToldKey));
        else if (!each->is_key)
            path.emplace_back(each->index);
    }
    std::ranges::reverse(path);
    return path;
}

std::size_t SchemaEvaluation::depth_of(const At& at) {
    std::size_t depth = 0;
    for (const auto* each = at.above; each; each = each->above)
        ++depth;
    return depth;
}

} // namespace hotreload::document
