// SPDX-License-Identifier: LGPL-2.1-or-later
#include "document/formats.hpp"

namespace hotreload::document {

namespace {

// The dialect that most programs would read alike: Python's configparser without interpolation,
// and a key that comes again adds to a list, as PHP, git and many others have it.
class Ini {
public:
    Ini(std::string_view text, const DocumentLimits& limits) : lines_(text), budget_(limits) {}

    Value parse() {
        section_ = &std::get<Value::Object>(root_.data);
        for (std::string_view line; lines_.next(line);)
            take(line);
        finish_value();
        return std::move(root_);
    }

private:
    void take(std::string_view line) {
        const auto text = trim(line);
        if (text.empty() || text.front() == '#' || text.front() == ';')
            return;
        const auto indent = static_cast<std::size_t>(text.data() - line.data());
        const Place place{.line = lines_.number(),
                          .column = 1 + static_cast<std::uint32_t>(indent)};
        if (indent > 0 && value_) {
            text_ += '\n';
            text_ += text;
        } else if (text.front() == '[') {
            section(text, place);
        } else {
            assignment(text, place);
        }
    }

    void section(std::string_view text, Place place) {
        finish_value();
        const auto end = text.find(']');
        if (end == std::string_view::npos)
            fail_at(place, "the section's ] is missing");
        const auto rest = trim(text.substr(end + 1));
        if (!rest.empty() && rest.front() != '#' && rest.front() != ';')
            fail_at(place, "nothing but a comment may follow the section's ]");
        auto& root = std::get<Value::Object>(root_.data);
        std::string name(trim(text.substr(1, end - 1)));
        auto found = root.find(name);
        if (found == root.end()) {
            budget_.add_values(1, place);
            add_member(root, name, {.data = Value::Object()}, place);
            found = root.find(name);
        }
        if (!found->second.object())
            fail_at(place, "a key before the first section has the name of this section");
        section_ = &std::get<Value::Object>(found->second.data);
    }

    void assignment(std::string_view text, Place place) {
        finish_value();
        const auto separator = text.find_first_of("=:");
        if (separator == std::string_view::npos)
            fail_at(place, "neither a [section] nor key = value; a comment begins with # or ;");
        const auto key = trim(text.substr(0, separator));
        if (key.empty())
            fail_at(place, "the key is missing");
        budget_.add_values(1, place);
        text_ = trim(text.substr(separator + 1));
        value_ = slot(std::string(key), place);
    }

    // Where the value of the key goes: the second one makes a list of both.
    Value* slot(std::string key, Place place) {
        const auto found = section_->find(key);
        if (found == section_->end())
            return &add_member(*section_, std::move(key), {.data = std::string()}, place);
        Value& there = found->second;
        if (there.object())
            fail_at(place, "a section has the name of this key");
        if (!there.array()) {
            budget_.add_values(1, place);
            Value first = there;
            there.data = Value::Array();
            std::get<Value::Array>(there.data).push_back(std::move(first));
        }
        auto& list = std::get<Value::Array>(there.data);
        list.push_back({.data = std::string(), .line = place.line, .column = place.column});
        return &list.back();
    }

    void finish_value() {
        if (!value_)
            return;
        std::string_view text = text_;
        if (text.size() >= 2 && (text.front() == '"' || text.front() == '\'') &&
            text.back() == text.front())
            text = text.substr(1, text.size() - 2);
        value_->data = std::string(text);
        value_ = nullptr;
    }

    Lines lines_;
    Budget budget_;
    Value root_{.data = Value::Object(), .line = 1, .column = 1};
    Value::Object* section_ = nullptr;
    Value* value_ = nullptr; // that continuation lines belong to
    std::string text_;       // and what it is so far
};

} // namespace

Value parse_ini(std::string_view text, const DocumentLimits& limits) {
    return Ini(text, limits).parse();
}

} // namespace hotreload::document
