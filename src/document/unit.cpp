// SPDX-License-Identifier: LGPL-2.1-or-later
#include "document/formats.hpp"

#include <format>

namespace hotreload::document {

namespace {

bool is_comment(std::string_view text) {
    return text.starts_with('#') || text.starts_with(';');
}

// systemd.syntax(7). A directive is always a list, so that a second one shows as one that was
// added; an empty one empties it.
class Unit {
public:
    Unit(std::string_view text, const DocumentLimits& limits) : lines_(text), budget_(limits) {}

    Value parse() {
        for (std::string_view line; next(line);)
            take(line);
        return std::move(root_);
    }

private:
    // The next line that is no comment, with those that continue it: a backslash at the end stands
    // for a space, comments in between are skipped.
    bool next(std::string_view& line) {
        std::string_view part;
        joined_.clear();
        while (lines_.next(part)) {
            if (is_comment(trim(part)))
                continue;
            if (joined_.empty())
                place_ = {.line = lines_.number(), .column = 1};
            if (!part.ends_with('\\')) {
                joined_ += part;
                line = joined_;
                return true;
            }
            joined_ += part.substr(0, part.size() - 1);
            joined_ += ' ';
        }
        line = joined_;
        return !joined_.empty();
    }

    void take(std::string_view line) {
        const auto text = trim(line);
        if (text.empty())
            return;
        place_.column = 1 + static_cast<std::uint32_t>(text.data() - line.data());
        if (text.front() == '[')
            section(text);
        else
            assignment(text);
    }

    void section(std::string_view text) {
        if (text.back() != ']')
            fail_at(place_, "the section's ] is missing, or something follows it");
        std::string name(text.substr(1, text.size() - 2));
        auto& root = std::get<Value::Object>(root_.data);
        auto found = root.find(name);
        if (found == root.end()) {
            budget_.add_values(1, place_);
            add_member(root, name, {.data = Value::Object()}, place_);
            found = root.find(name);
        }
        section_ = &std::get<Value::Object>(found->second.data);
    }

    void assignment(std::string_view text) {
        const auto separator = text.find('=');
        if (separator == std::string_view::npos)
            fail_at(place_, "neither a [Section] nor Directive=value");
        const std::string key(trim(text.substr(0, separator)));
        if (key.empty())
            fail_at(place_, "the directive's name is missing");
        if (!section_)
            fail_at(place_, std::format("{}= stands before the first [Section]", key));
        budget_.add_values(1, place_);
        auto found = section_->find(key);
        if (found == section_->end()) {
            add_member(*section_, key, {.data = Value::Array()}, place_);
            found = section_->find(key);
        }
        auto& list = std::get<Value::Array>(found->second.data);
        const auto value = trim(text.substr(separator + 1));
        if (value.empty())
            list.clear();
        else
            list.push_back(
                {.data = std::string(value), .line = place_.line, .column = place_.column});
    }

    Lines lines_;
    Budget budget_;
    std::string joined_;
    Place place_;
    Value root_{.data = Value::Object(), .line = 1, .column = 1};
    Value::Object* section_ = nullptr;
};

} // namespace

Value parse_unit(std::string_view text, const DocumentLimits& limits) {
    return Unit(text, limits).parse();
}

} // namespace hotreload::document
