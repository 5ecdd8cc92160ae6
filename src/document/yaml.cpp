// SPDX-License-Identifier: LGPL-2.1-or-later
#include "document/formats.hpp"
#include "document/json.hpp"
#include "document/mark.hpp"
#include "document/yaml_events.hpp"
#include "document/yaml_scalar.hpp"

#include <algorithm>
#include <format>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

namespace hotreload::document {

namespace {

constexpr std::string_view kMerge = "<<";
constexpr std::string_view kMergeTag = "tag:yaml.org,2002:merge";

bool is_plain_collection(std::string_view tag) {
    return tag.empty() || tag == "!" || tag == "tag:yaml.org,2002:map" ||
           tag == "tag:yaml.org,2002:seq";
}

// Weight is how much a value is, so that an alias is weighed before it is copied.
struct Weight {
    std::size_t values = 1;
    std::size_t text = 0;
    std::size_t depth = 0;
};

std::size_t text_of(const Value::Data& scalar) {
    if (const auto* text = std::get_if<std::string>(&scalar))
        return text->size();
    if (const auto* opaque = std::get_if<Opaque>(&scalar))
        return opaque->text.size();
    return 0;
}

// Makes the tree of the parser's events: keys with their types, aliases as what they repeat, merge
// keys as what they merge.
class YamlBuilder {
public:
    explicit YamlBuilder(const DocumentLimits& limits) : budget_(limits) {}

    std::vector<Value> documents;

    void take(const YamlEvent& event) {
        switch (event.kind) {
        case YamlEvent::Kind::DocumentStart:
            anchors_.clear();
            directive_ = event.text;
            break;
        case YamlEvent::Kind::Scalar:
            scalar(event);
            break;
        case YamlEvent::Kind::Alias:
            alias(event);
            break;
        case YamlEvent::Kind::SequenceStart:
            begin(event, Value::Array());
            break;
        case YamlEvent::Kind::MappingStart:
            begin(event, Value::Object());
            break;
        case YamlEvent::Kind::End:
            end();
            break;
        }
    }

private:
    struct Key {
        std::string text;
        bool typed;
        Place place;
        bool merge;
    };

    struct Anchor {
        std::optional<Value> value; // nothing as long as it is not complete
        Weight weight;
    };

    struct Open {
        Value value;
        Weight weight;
        std::vector<std::string> tags; // of which it has one, and a directive
        std::string anchor;
        Place place;
        std::optional<Key> key; // whose value comes next
        std::vector<Value::Object> merges;
        Value::Array unmerged; // what << names that nobody here can read: !include other.yaml
        bool merged = false;
    };

    void scalar(const YamlEvent& event) {
        const bool merge =
            event.tag == kMergeTag || (event.plain && event.tag.empty() && event.text == kMerge);
        budget_.add_values(1, event.place);
        Value value{.data = event.tag.empty()
                                ? (event.plain ? plain_scalar(event.text) : Value::Data(event.text))
                                : tagged_scalar(event.tag, event.text, event.plain),
                    .line = event.place.line,
                    .column = event.place.column};
        const Weight weight{.text = text_of(value.data)};
        keep(event.anchor, value, weight);
        put(event.place, std::move(value), weight, merge);
    }

    void alias(const YamlEvent& event) {
        const auto found = anchors_.find(event.anchor);
        if (found == anchors_.end())
            fail_at(event.place, std::format("no anchor &{} stands before this", event.anchor));
        const auto& [value, weight] = found->second;
        if (!value)
            fail_at(event.place, "the alias stands within what it repeats");
        budget_.add_values(weight.values, event.place);
        budget_.add_text(weight.text, event.place);
        budget_.check_depth(open_.size() + weight.depth, event.place);
        put(event.place, *value, weight, false);
    }

    void begin(const YamlEvent& event, Value::Data data) {
        budget_.add_values(1, event.place);
        budget_.check_depth(open_.size() + 1, event.place);
        if (!event.anchor.empty())
            anchors_.insert_or_assign(event.anchor, Anchor{});
        open_.push_back({.value = {.data = std::move(data),
                                   .line = event.place.line,
                                   .column = event.place.column},
                         .weight = {.depth = 1},
                         .tags = {},
                         .anchor = event.anchor,
                         .place = event.place,
                         .key = {},
                         .merges = {},
                         .unmerged = {}});
        if (!is_plain_collection(event.tag))
            open_.back().tags.push_back(short_tag(event.tag));
        if (open_.size() == 1 && !directive_.empty())
            open_.back().tags.push_back(directive_);
    }

    void end() {
        Open done = std::move(open_.back());
        open_.pop_back();
        if (auto* object = std::get_if<Value::Object>(&done.value.data)) {
            for (auto& from : done.merges)
                for (auto& [name, member] : from)
                    merge_member(*object, name, std::move(member));
            add_unmerged(*object, done);
        }
        for (const auto& tag : done.tags)
            mark(done, tag);
        keep(done.anchor, done.value, done.weight);
        put(done.place, std::move(done.value), done.weight, false);
    }

    // The tag of an array or object as one more member, for there is no other room for it, and it
    // has to make a difference.
    void mark(Open& done, const std::string& tag) {
        budget_.add_values(1, done.place);
        ++done.weight.values;
        Value value{.data = document::mark(tag)};
        if (auto* array = std::get_if<Value::Array>(&done.value.data)) {
            value.line = done.place.line;
            value.column = done.place.column;
            array->push_back(std::move(value));
        } else {
            add_key(std::get<Value::Object>(done.value.data), {tag, true, done.place, false},
                    std::move(value));
        }
    }

    void keep(const std::string& anchor, const Value& value, const Weight& weight) {
        if (anchor.empty())
            return;
        // The copy is one more in memory: anchors on anchors on anchors would be many.
        budget_.add_values(weight.values, {.line = value.line, .column = value.column});
        budget_.add_text(weight.text, {.line = value.line, .column = value.column});
        anchors_.insert_or_assign(anchor, Anchor{value, weight});
    }

    // A value that is complete goes where it belongs: into what is open, as a key or a member.
    void put(Place place, Value value, const Weight& weight, bool merge) {
        if (open_.empty()) {
            documents.push_back(std::move(value));
            return;
        }
        Open& parent = open_.back();
        parent.weight.values += weight.values;
        parent.weight.text += weight.text;
        const bool merges = parent.key && parent.key->merge;
        parent.weight.depth = std::max(parent.weight.depth, weight.depth + (merges ? 0 : 1));
        if (auto* array = std::get_if<Value::Array>(&parent.value.data)) {
            array->push_back(std::move(value));
        } else if (!parent.key) {
            const bool typed = value.string() == nullptr;
            parent.key = Key{key_text(value), typed, place, merge};
            if (value.array() || value.object())
                budget_.add_text(parent.key->text.size(), place);
            parent.weight.text += parent.key->text.size();
        } else if (const Key key = *std::exchange(parent.key, {}); key.merge) {
            merge_into(parent, std::move(value), key.place);
        } else {
            add_key(std::get<Value::Object>(parent.value.data), key, std::move(value));
        }
    }

    // 8080 and "8080" are two keys. Where both are there, the string is the one in quotes.
    static void add_key(Value::Object& object, const Key& key, Value value) {
        value.typed_key = key.typed;
        const auto there = object.find(key.text);
        if (there == object.end() || there->second.typed_key == key.typed) {
            add_member(object, key.text, std::move(value), key.place);
            return;
        }
        const auto quoted = to_json({.data = key.text});
        if (!key.typed) {
            add_member(object, quoted, std::move(value), key.place);
            return;
        }
        auto text = object.extract(there);
        const Place place{.line = text.mapped().line, .column = text.mapped().column};
        add_member(object, quoted, std::move(text.mapped()), place);
        add_member(object, key.text, std::move(value), key.place);
    }

    // A member that is there stays.
    static void merge_member(Value::Object& object, const std::string& name, Value member) {
        const auto there = object.find(name);
        if (there != object.end() && there->second.typed_key == member.typed_key)
            return;
        const Place place{.line = member.line, .column = member.column};
        const Key key{name, member.typed_key, place, false};
        add_key(object, key, std::move(member));
    }

    static void merge_into(Open& parent, Value value, Place place) {
        if (std::exchange(parent.merged, true))
            fail_at(place, "<< is there already; <<: [*a, *b] merges both");
        const auto take = [&](Value& from) {
            auto* object = std::get_if<Value::Object>(&from.data);
            const auto* opaque = std::get_if<Opaque>(&from.data);
            if (object) {
                if (const auto own = object->find(kMerge);
                    own != object->end() && own->second.typed_key)
                    parent.unmerged.push_back(std::move(object->extract(own).mapped()));
                parent.merges.push_back(std::move(*object));
            } else if (opaque && opaque->type.starts_with('!')) {
                parent.unmerged.push_back(std::move(from));
            } else {
                fail_at(place, "<< takes a mapping, or a list of mappings");
            }
        };
        auto* list = std::get_if<Value::Array>(&value.data);
        if (list && !list->empty() && is_mark(list->back())) // it has a tag
            parent.unmerged.push_back(std::move(value));
        else if (list)
            std::ranges::for_each(*list, take);
        else
            take(value);
    }

    static void add_unmerged(Value::Object& object, Open& done) {
        if (done.unmerged.empty())
            return;
        const Place place{.line = done.unmerged.front().line,
                          .column = done.unmerged.front().column};
        Value value{.data = std::move(done.unmerged)};
        if (auto& list = std::get<Value::Array>(value.data); list.size() == 1) {
            Value only = std::move(list.front());
            value = std::move(only);
        }
        add_key(object, {std::string(kMerge), true, place, false}, std::move(value));
    }

    Budget budget_;
    std::vector<Open> open_;
    std::unordered_map<std::string, Anchor> anchors_;
    std::string directive_; // of the document, in which readers may take scalars by other rules
};

// The parser keeps all of a flow collection as tokens before it tells of the first. Nobody knows
// here which brackets and commas are text: the bounds are so far out that no text reaches them.
void check_brackets(std::string_view text, const DocumentLimits& limits) {
    constexpr std::size_t unclosed = 100; // times the depth that is allowed
    std::size_t depth = 0;
    std::size_t values = 0;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const char c = text[at];
        if (c == '[' || c == '{') {
            ++values;
            if (++depth > unclosed * limits.depth)
                Budget(limits).check_depth(depth, place_of(text, at));
        } else if (c == ']' || c == '}') {
            depth -= depth > 0 ? 1 : 0;
        } else if (c == ',') {
            ++values;
        }
        if (values > limits.values)
            Budget(limits).add_values(values, place_of(text, at));
    }
}

} // namespace

Value parse_yaml(std::string_view text, const DocumentLimits& limits) {
    check_brackets(text, limits);
    YamlBuilder builder(limits);
    YamlEvents events(text);
    while (const auto event = events.next())
        builder.take(*event);
    auto& documents = builder.documents;
    if (documents.empty())
        return {.line = 1, .column = 1};
    if (documents.size() == 1)
        return std::move(documents.front());
    return {.data = std::move(documents), .line = 1, .column = 1, .form = Form::Stream};
}

} // namespace hotreload::document
