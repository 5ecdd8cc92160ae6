// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/utf8.hpp"
#include "document/formats.hpp"
#include "document/yaml_scalar.hpp"

#include <yaml-cpp/depthguard.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <format>
#include <optional>
#include <spanstream>
#include <unordered_map>
#include <utility>
#include <vector>

namespace hotreload::document {

namespace {

Place place_at(const YAML::Mark& mark) {
    if (mark.is_null())
        return {};
    return {.line = 1 + static_cast<std::uint32_t>(mark.line),
            .column = 1 + static_cast<std::uint32_t>(mark.column)};
}

constexpr std::string_view kMerge = "<<";
constexpr std::string_view kMergeTag = "tag:yaml.org,2002:merge";

bool is_plain_collection(std::string_view tag) {
    return tag.empty() || tag == "?" || tag == "!" || tag == "tag:yaml.org,2002:map" ||
           tag == "tag:yaml.org,2002:seq";
}

// How much a value is, so that an alias is weighed before it is copied.
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

// Makes the tree of the parser's events. yaml-cpp's own nodes would keep duplicate keys, share what
// aliases repeat (so that nobody sees how much it is), and know nothing of merge keys.
class YamlBuilder final : public YAML::EventHandler {
public:
    explicit YamlBuilder(const DocumentLimits& limits) : budget_(limits) {}

    std::vector<Value> documents;
    Place started; // the last document

    void OnDocumentStart(const YAML::Mark& mark) override {
        anchors_.clear();
        started = place_at(mark);
    }
    void OnDocumentEnd() override {}

    void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
        scalar(place_at(mark), nullptr, anchor, false);
    }

    void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  const std::string& text) override {
        const bool merge = (tag == "?" && text == kMerge) || tag == kMergeTag;
        scalar(place_at(mark), merge ? Value::Data(text) : tagged_scalar(tag, text), anchor, merge);
    }

    void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
        const Place place = place_at(mark);
        const auto found = anchors_.find(anchor);
        if (found == anchors_.end())
            fail_at(place, "the alias stands within what it repeats");
        const auto& [value, weight] = found->second;
        budget_.add_values(weight.values, place);
        budget_.add_text(weight.text, place);
        budget_.check_depth(open_.size() + weight.depth, place);
        put(place, value, weight, false);
    }

    void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                         YAML::EmitterStyle::value) override {
        begin(place_at(mark), Value::Array(), tag, anchor);
    }
    void OnSequenceEnd() override { end(); }

    void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                    YAML::EmitterStyle::value) override {
        begin(place_at(mark), Value::Object(), tag, anchor);
    }
    void OnMapEnd() override { end(); }

private:
    struct Key {
        std::string text;
        Place place;
        bool merge;
    };

    struct Open {
        Value value;
        Weight weight;
        std::string tag;
        YAML::anchor_t anchor;
        Place place;
        std::optional<Key> key; // whose value comes next
        std::vector<Value::Object> merges;
        bool merged = false;
    };

    void scalar(Place place, Value::Data data, YAML::anchor_t anchor, bool merge) {
        budget_.add_values(1, place);
        Value value{.data = std::move(data), .line = place.line, .column = place.column};
        const Weight weight{.text = text_of(value.data)};
        keep(anchor, value, weight);
        put(place, std::move(value), weight, merge);
    }

    void begin(Place place, Value::Data data, const std::string& tag, YAML::anchor_t anchor) {
        budget_.add_values(1, place);
        budget_.check_depth(open_.size() + 1, place);
        open_.push_back(
            {.value = {.data = std::move(data), .line = place.line, .column = place.column},
             .weight = {.depth = 1},
             .tag = is_plain_collection(tag) ? std::string() : short_tag(tag),
             .anchor = anchor,
             .place = place,
             .key = {},
             .merges = {}});
    }

    void end() {
        Open done = std::move(open_.back());
        open_.pop_back();
        if (auto* object = std::get_if<Value::Object>(&done.value.data))
            for (auto& from : done.merges)
                object->merge(from); // what is there stays
        if (!done.tag.empty())
            mark(done);
        keep(done.anchor, done.value, done.weight);
        put(done.place, std::move(done.value), done.weight, false);
    }

    // The tag of an array or object as one more member, for there is no other room for it, and it
    // has to make a difference.
    void mark(Open& done) {
        budget_.add_values(1, done.place);
        ++done.weight.values;
        Value tag{.data = Opaque{done.tag, ""}};
        if (auto* array = std::get_if<Value::Array>(&done.value.data)) {
            tag.line = done.place.line;
            tag.column = done.place.column;
            array->push_back(std::move(tag));
        } else {
            add_member(std::get<Value::Object>(done.value.data), done.tag, std::move(tag),
                       done.place);
        }
    }

    void keep(YAML::anchor_t anchor, const Value& value, const Weight& weight) {
        if (anchor == YAML::NullAnchor)
            return;
        // The copy is one more in memory: anchors on anchors on anchors would be many.
        budget_.add_values(weight.values, {.line = value.line, .column = value.column});
        budget_.add_text(weight.text, {.line = value.line, .column = value.column});
        anchors_.insert_or_assign(anchor, std::pair(value, weight));
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
            if (value.array() || value.object())
                fail_at(place, "a key has to be a scalar");
            parent.weight.text += text_of(value.data);
            parent.key = Key{key_text(value.data), place, merge};
        } else if (const Key key = *std::exchange(parent.key, {}); key.merge) {
            merge_into(parent, std::move(value), key.place);
        } else {
            add_member(std::get<Value::Object>(parent.value.data), key.text, std::move(value),
                       key.place);
        }
    }

    static void merge_into(Open& parent, Value value, Place place) {
        if (std::exchange(parent.merged, true))
            fail_at(place, "<< is there already; <<: [*a, *b] merges both");
        const auto take = [&](Value& from) {
            auto* object = std::get_if<Value::Object>(&from.data);
            if (!object)
                fail_at(place, "<< takes a mapping, or a list of mappings");
            parent.merges.push_back(std::move(*object));
        };
        if (auto* list = std::get_if<Value::Array>(&value.data))
            std::ranges::for_each(*list, take);
        else
            take(value);
    }

    Budget budget_;
    std::vector<Open> open_;
    std::unordered_map<YAML::anchor_t, std::pair<Value, Weight>> anchors_;
};

// yaml-cpp ends at the first \x04, silently, and takes others for text.
void check_characters(std::string_view text) {
    const auto control = std::ranges::find_if(text, [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return (byte < 0x20 && c != '\t' && c != '\n' && c != '\r') || byte == 0x7f;
    });
    if (control != text.end())
        fail_at(place_of(text, static_cast<std::size_t>(control - text.begin())),
                "a control character; in double quotes it is written \\x1b");
}

// yaml-cpp keeps all of a flow collection as tokens before it tells of the first. Nobody knows here
// which brackets and commas are text: the bounds are so far out that no text reaches them.
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

// Before 0.9, yaml-cpp takes what it could not make part of a document for the next one, for ever.
// A document that is not the first begins with "---", or the one before it ended with "...".
class Starts {
public:
    explicit Starts(std::string_view text) : lines_(text) {}

    void check(Place place) {
        bool ended = !std::exchange(any_, true);
        bool begins = false;
        std::string_view line;
        while (lines_.number() < place.line && lines_.next(line)) {
            begins = lines_.number() == place.line && line.starts_with("---") && place.column == 1;
            const auto text = trim(line);
            if (line.starts_with("..."))
                ended = true;
            else if (lines_.number() < place.line && !text.empty() && !text.starts_with('#') &&
                     !line.starts_with('%'))
                ended = false;
        }
        if (!ended && !begins)
            fail_at(place,
                    "this does not belong to what stands before it; look at the indentation");
    }

private:
    Lines lines_;
    bool any_ = false;
};

} // namespace

Value parse_yaml(std::string_view text, const DocumentLimits& limits) {
    check_characters(text);
    check_brackets(text, limits);
    YamlBuilder builder(limits);
    try {
        std::ispanstream stream(std::span(text.data(), text.size()));
        YAML::Parser parser(stream);
        Starts starts(text);
        while (parser.HandleNextDocument(builder))
            starts.check(builder.started);
    } catch (const YAML::DeepRecursion& error) {
        Budget(limits).check_depth(limits.depth + 1, place_at(error.mark));
        throw;
    } catch (const YAML::Exception& error) {
        fail_at(place_at(error.mark), std::format("syntax error: {}", to_utf8(error.msg)));
    }
    auto& documents = builder.documents;
    if (documents.empty())
        return {.line = 1, .column = 1};
    if (documents.size() == 1)
        return std::move(documents.front());
    return {.data = std::move(documents), .line = 1, .column = 1};
}

} // namespace hotreload::document
