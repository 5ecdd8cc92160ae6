// SPDX-License-Identifier: LGPL-2.1-or-later
#include "worker/examiner.hpp"

#include "base/fault.hpp"
#include "base/utf8.hpp"
#include "core/line_diff.hpp"
#include "core/patch.hpp"
#include "document/json.hpp"
#include "document/parse.hpp"
#include "worker/protocol.hpp"

#include <algorithm>
#include <chrono>
#include <format>
#include <set>
#include <string_view>

namespace hotreload::worker {

namespace {

constexpr std::size_t kMostShown = 1024;     // bytes of a value's JSON, in plans and reports
constexpr std::size_t kMostTold = 256 << 10; // of a document's or a patch's JSON, in details
constexpr std::size_t kLongestMessage = 2000;
constexpr std::size_t kLongestPlace = 2000; // bytes of the names in a key's path
// A check that has taken so long once is not done again at each look at what it said.
constexpr auto kSlowCheck = std::chrono::milliseconds(20);
constexpr std::size_t kMostSlowChecks = 256;

// The bytes that a document counts for among those that are held: a tree is much larger than its
// file, and many saves of a small one are as many trees.
std::uint64_t weight(const ContentId& id) {
    return std::max(id.size, Examiner::kLeastHeld);
}

std::string shown(std::string json, std::size_t most = kMostShown) {
    return json.size() > most ? std::format("\"… ({} bytes)\"", json.size()) : std::move(json);
}

// A patch that is too long says that the document as a whole has changed.
std::string shown_patch(std::string json) {
    return json.size() > kMostTold ? R"([{"op":"replace","path":""}])" : std::move(json);
}

// Problems quote keys, which may be as long as their file.
Problem shortened(Problem problem) {
    if (problem.message.size() > kLongestMessage) {
        problem.message.resize(kLongestMessage);
        problem.message += "…";
    }
    return problem;
}

// A path whose names are together no longer than that; a name that is cut ends with "…".
KeyPath shortened(KeyPath path) {
    std::size_t room = kLongestPlace;
    for (auto& step : path) {
        auto* const name = std::get_if<std::string>(&step);
        if (name && name->size() > room)
            *name = name->substr(0, utf8_prefix(std::string_view(*name).substr(0, room))) + "…";
        room -= name ? std::min(room, name->size()) : 0;
    }
    return path;
}

std::vector<KeyPattern> parsed(const std::vector<std::string>& patterns) {
    std::vector<KeyPattern> parsed;
    for (const auto& pattern : patterns)
        if (auto good = KeyPattern::parse(pattern))
            parsed.push_back(*std::move(good));
    return parsed;
}

// Differences as they are told: one by one while there is room, and beyond that those for which a
// rule decides that has decided for none before, so that the daemon knows all that is asked for.
class Differences {
public:
    Differences(std::vector<KeyPattern> rules, std::size_t room)
        : rules_(std::move(rules)), room_(room) {}

    void add(PatchOperation operation, const Secrets& secrets) {
        auto touched = touched_by(operation);
        if (room_ == 0 && !touched.new_rule) {
            ++more_;
            return;
        }
        told_.push_back(describe(std::move(operation), std::move(touched.leaves), secrets));
        room_ -= std::min(room_, size_of(told_.back()));
    }

    void move_to(DocumentState& state) && {
        state.differences = std::move(told_);
        state.more = more_;
    }

private:
    struct Touched {
        std::vector<KeyPath> leaves; // the first one of each rule, and of those without a rule
        bool new_rule = false;
    };
    Touched touched_by(const PatchOperation& operation) {
        Touched touched;
        std::set<std::optional<std::size_t>> decided;
        for (auto& leaf : touched_leaves(operation)) {
            const auto rule = deciding(rules_, leaf);
            if (!decided.insert(rule).second)
                continue;
            auto shorter = shortened(leaf); // another rule may decide for it
            touched.leaves.push_back(std::move(deciding(rules_, shorter) == rule ? shorter : leaf));
            touched.new_rule |= known_rules_.insert(rule).second;
        }
        return touched;
    }

    static KeyDifference describe(PatchOperation operation, std::vector<KeyPath> leaves,
                                  const Secrets& secrets);

    std::vector<KeyPattern> rules_;
    std::size_t room_;
    std::set<std::optional<std::size_t>> known_rules_;
    std::vector<KeyDifference> told_;
    std::size_t more_ = 0;
};

KeyDifference Differences::describe(PatchOperation operation, std::vector<KeyPath> leaves,
                                    const Secrets& secrets) {
    auto masked = secrets.masked({std::move(operation)});
    auto& only = masked.front();
    auto sides = sides_of(only);
    return {.operation = only.kind,
            .path = shortened(std::move(only.path)),
            .before = shown(std::move(sides.before)),
            .after = shown(std::move(sides.after)),
            .leaves = std::move(leaves)};
}

// A schema's own name tells how it is understood; one that tells nothing is JSON.
Format understood(Format told) {
    return told == Format::Bytes ? Format::Json : told;
}

Source understood(Source schema) {
    schema.format = understood(schema.format);
    return schema;
}

} // namespace

Reply Examiner::answer(const Request& request) {
    auto reply = std::visit([this](const auto& each) { return answer_request(each); }, request);
    forget_old(); // and not before: what was found to be held is asked for in the same request
    return reply;
}

bool Examiner::holds(const Source& source) const {
    return source.bytes || parsed_.contains({source.id, source.format});
}

std::optional<Missing> Examiner::missing(std::initializer_list<const Source*> sources) const {
    Missing missing;
    for (const auto* const each : sources)
        if (each && !holds(*each))
            missing.ids.push_back(each->id);
    return missing.ids.empty() ? std::nullopt : std::optional(std::move(missing));
}

Examiner::Parsed Examiner::parse(const Source& source) {
    const Key key{source.id, source.format};
    if (const auto known = parsed_.find(key); known != parsed_.end())
        return known->second;
    fault::point("parse");
    Parsed parsed;
    if (auto tree = parse_document(source.format, source.bytes->view())) {
        parsed = std::make_shared<const Value>(*std::move(tree));
    } else {
        auto problem = shortened(std::move(tree.error()));
        if (source.format == Format::Json && parse_document(Format::Jsonc, source.bytes->view()))
            problem.message += "; it is valid with format = \"jsonc\"";
        parsed = std::unexpected(std::move(problem));
    }
    parsed_.emplace(key, parsed);
    parsed_order_.push_back(key);
    parsed_bytes_ += weight(key.first);
    return parsed;
}

// A document that is larger than all that may be held is parsed again when it is asked for.
void Examiner::forget_old() {
    const auto forget = [this](const Key& key) {
        parsed_bytes_ -= weight(key.first);
        parsed_.erase(key);
    };
    std::erase_if(parsed_order_, [&](const Key& key) {
        const bool large = key.first.size > most_held_;
        if (large)
            forget(key);
        return large;
    });
    while (parsed_bytes_ > most_held_) {
        forget(parsed_order_.front());
        parsed_order_.pop_front();
    }
}

Examiner::SchemaKey Examiner::key_of(const Compare::Schema& schema) {
    return {schema.source.id, understood(schema.source.format), schema.path};
}

bool Examiner::needs_schema(const Compare& request) const {
    return request.schema && (!compiled_ || compiled_->first != key_of(*request.schema));
}

Reply Examiner::answer_request(const Compare& request) {
    const auto schema =
        needs_schema(request) ? std::optional(understood(request.schema->source)) : std::nullopt;
    if (auto wanted = missing({&request.now, request.applied ? &*request.applied : nullptr,
                               schema ? &*schema : nullptr}))
        return *std::move(wanted);
    DocumentState state;
    const auto now = parse(request.now);
    if (!now) {
        state.problems.push_back(now.error());
        return state;
    }
    const Secrets secrets(parsed(request.secrets));
    if (request.schema) {
        state.problems = check(**now, request);
        for (auto& problem : state.problems)
            problem.message = secrets.redacted(std::move(problem.message), **now);
    }
    if (!request.applied)
        return state;
    const auto applied = parse(*request.applied);
    if (!applied)
        return state;
    state.compared = true;
    Differences differences(parsed(request.rules), request.room);
    for (auto& operation : diff(**applied, **now))
        differences.add(std::move(operation), secrets);
    std::move(differences).move_to(state);
    return state;
}

std::expected<const Schema*, Problem> Examiner::compiled(const Compare::Schema& schema) {
    auto key = key_of(schema);
    if (compiled_ && compiled_->first == key)
        return &compiled_->second;
    const auto tree = parse(understood(schema.source));
    auto fresh = tree ? Schema::compile(**tree, schema.path)
                      : std::expected<Schema, Problem>(std::unexpect, tree.error());
    if (!fresh) {
        fresh.error().path = schema.path;
        return std::unexpected(shortened(std::move(fresh.error())));
    }
    compiled_.emplace(std::move(key), *std::move(fresh));
    return &compiled_->second;
}

std::vector<Problem> Examiner::check(const Value& document, const Compare& request) {
    const auto rules = compiled(*request.schema);
    if (!rules)
        return {rules.error()};
    const CheckKey key{{request.now.id, request.now.format}, key_of(*request.schema)};
    if (const auto known = slow_checks_.find(key); known != slow_checks_.end())
        return known->second;
    const auto begin = std::chrono::steady_clock::now();
    auto problems = (*rules)->check(document);
    if (std::chrono::steady_clock::now() - begin > kSlowCheck) {
        if (slow_checks_.size() >= kMostSlowChecks)
            slow_checks_.clear();
        slow_checks_.emplace(key, problems);
    }
    return problems;
}

Reply Examiner::answer_request(const Render& request) {
    if (auto wanted = missing({&request.document}))
        return *std::move(wanted);
    const auto document = parse(request.document);
    if (!document)
        return Refused{document.error()};
    return Rendered{to_json(**document)};
}

Reply Examiner::answer_request(const RenderChange& request) {
    if (auto wanted = missing({&request.before, &request.after}))
        return *std::move(wanted);
    const auto before = parse(request.before), after = parse(request.after);
    for (const auto& each : {before, after})
        if (!each)
            return Refused{each.error()};
    const Secrets secrets(parsed(request.secrets));
    return RenderedChange{.before = shown(to_json(secrets.masked(**before)), kMostTold),
                          .after = shown(to_json(secrets.masked(**after)), kMostTold),
                          .patch = shown_patch(to_json(secrets.masked(diff(**before, **after))))};
}

Reply Examiner::answer_request(const CompareLines& request) {
    Lines answer{unified_diff(request.before, request.after).value_or(std::vector<std::string>())};
    for (auto& line : answer.lines)
        line = masked_line(line);
    return answer;
}

} // namespace hotreload::worker
