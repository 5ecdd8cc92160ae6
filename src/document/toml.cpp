// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/utf8.hpp"
#include "document/formats.hpp"

#include <toml++/toml.hpp>

#include <algorithm>
#include <cstdlib>
#include <format>
#include <vector>

namespace hotreload::document {

namespace {

// toml++ has no limit for dotted keys, and its tables are taken down by recursion: "a.a.a…" would
// end the process. So does what it makes of 16 MiB of "[0,0,0,…". This looks over the text before
// it and counts, as exactly as a text can be counted of which nobody knows that it is TOML: what
// comes after the first mistake is not read by toml++ either.
class TomlOverview {
public:
    TomlOverview(std::string_view text, const DocumentLimits& limits)
        : text_(text), limits_(limits), levels_{Level{}} {}

    void check() {
        while (at_ < text_.size())
            step(text_[at_]);
    }

private:
    struct Level {
        char bracket = 0;      // '[', '{', or 0: the lines
        std::size_t parts = 1; // of the key that is being read, or whose value is; 1 in an array
        bool in_value = false;
    };

    void step(char c) {
        Level& level = levels_.back();
        switch (c) {
        case '#':
            at_ = std::min(text_.find('\n', at_), text_.size());
            return;
        case '"':
        case '\'':
            skip_string(c);
            return;
        case '\n':
            if (levels_.size() == 1) {
                level = {};
                in_header_ = false;
            }
            break;
        case '[':
        case '{':
            open(c);
            break;
        case ']':
        case '}':
            close();
            break;
        case '=':
            if (!level.in_value)
                count();
            level.in_value = true;
            break;
        case ',':
            if (level.bracket == '[')
                count();
            else
                level = {.bracket = level.bracket};
            break;
        case '.':
            if (!level.in_value) {
                ++level.parts;
                check_depth();
            }
            break;
        default:
            break;
        }
        ++at_;
    }

    void open(char c) {
        count();
        if (levels_.size() == 1 && !levels_.back().in_value) {
            in_header_ = true;
            header_parts_ = 0;
            return;
        }
        outer_parts_ += levels_.back().parts;
        levels_.push_back({.bracket = c, .in_value = c == '['});
        check_depth();
    }

    void close() {
        if (levels_.size() > 1) {
            levels_.pop_back();
            outer_parts_ -= levels_.back().parts;
        } else if (in_header_) {
            header_parts_ = levels_.back().parts;
        }
    }

    void count() {
        if (++values_ > limits_.values)
            Budget(limits_).add_values(values_, place_of(text_, at_));
    }

    void check_depth() {
        const auto depth = header_parts_ + outer_parts_ + levels_.back().parts;
        if (depth > limits_.depth)
            Budget(limits_).check_depth(depth, place_of(text_, at_));
    }

    void skip_string(char quote) {
        const std::string three(3, quote);
        const bool multi = text_.substr(at_).starts_with(three);
        at_ += multi ? 3 : 1;
        while (at_ < text_.size()) {
            if (quote == '"' && text_[at_] == '\\') {
                at_ += 2;
            } else if (!multi && text_[at_] == '\n') {
                return;
            } else if (multi ? text_.substr(at_).starts_with(three) : text_[at_] == quote) {
                at_ += multi ? 3 : 1;
                while (multi && at_ < text_.size() && text_[at_] == quote)
                    ++at_; // """a""""" ends with two quotes of its own
                return;
            } else {
                ++at_;
            }
        }
        at_ = text_.size();
    }

    std::string_view text_;
    const DocumentLimits& limits_;
    std::vector<Level> levels_;
    std::size_t at_ = 0;
    std::size_t header_parts_ = 0;
    std::size_t outer_parts_ = 0;
    std::size_t values_ = 1;
    bool in_header_ = false;
};

std::string to_text(const toml::date& date) {
    return std::format("{:04}-{:02}-{:02}", date.year, date.month, date.day);
}

std::string to_text(const toml::time& time) {
    auto text = std::format("{:02}:{:02}:{:02}", time.hour, time.minute, time.second);
    if (time.nanosecond == 0)
        return text;
    text += std::format(".{:09}", time.nanosecond);
    return text.substr(0, text.find_last_not_of('0') + 1);
}

std::string to_text(const toml::date_time& both) {
    auto text = to_text(both.date) + 'T' + to_text(both.time);
    if (!both.offset)
        return text;
    const int minutes = both.offset->minutes;
    if (minutes == 0)
        return text + 'Z';
    return text + std::format("{}{:02}:{:02}", minutes < 0 ? '-' : '+', std::abs(minutes) / 60,
                              std::abs(minutes) % 60);
}

Place place_at(const toml::source_position& position) {
    return {.line = position.line, .column = position.column};
}

class TomlConverter {
public:
    explicit TomlConverter(const DocumentLimits& limits) : budget_(limits) {}

    Value convert(toml::node& node, Place place, std::size_t depth) {
        budget_.add_values(1, place);
        Value value{.line = place.line, .column = place.column};
        node.visit([&](auto& known) { value.data = data(known, place, depth); });
        return value;
    }

private:
    Value::Data data(toml::table& table, Place place, std::size_t depth) {
        budget_.check_depth(depth + 1, place);
        Value::Object object;
        for (auto&& [key, node] : table) {
            const Place at = place_at(key.source().begin);
            object.emplace_hint(object.end(), std::string(key.str()), convert(node, at, depth + 1));
        }
        return object;
    }

    Value::Data data(toml::array& nodes, Place place, std::size_t depth) {
        budget_.check_depth(depth + 1, place);
        Value::Array array;
        array.reserve(nodes.size());
        for (auto& node : nodes)
            array.push_back(convert(node, place_at(node.source().begin), depth + 1));
        return array;
    }

    static Value::Data data(toml::value<std::string>& text, Place, std::size_t) {
        return std::move(text.get());
    }
    static Value::Data data(const toml::value<std::int64_t>& number, Place, std::size_t) {
        return number.get();
    }
    static Value::Data data(const toml::value<double>& number, Place, std::size_t) {
        return number.get();
    }
    static Value::Data data(const toml::value<bool>& flag, Place, std::size_t) {
        return flag.get();
    }
    static Value::Data data(const toml::value<toml::date>& date, Place, std::size_t) {
        return Opaque{"date", to_text(date.get())};
    }
    static Value::Data data(const toml::value<toml::time>& time, Place, std::size_t) {
        return Opaque{"time", to_text(time.get())};
    }
    static Value::Data data(const toml::value<toml::date_time>& both, Place, std::size_t) {
        return Opaque{"datetime", to_text(both.get())};
    }

    Budget budget_;
};

// "Error while parsing key-value pair: …": where it is is said by line and column.
std::string explain_toml(std::string_view description) {
    constexpr std::string_view noise = "Error while parsing ";
    if (description.starts_with(noise))
        if (const auto colon = description.find(": "); colon != std::string_view::npos)
            description.remove_prefix(colon + 2);
    return std::format("syntax error: {}", to_utf8(description));
}

} // namespace

Value parse_toml(std::string_view text, const DocumentLimits& limits) {
    TomlOverview(text, limits).check();
    try {
        toml::table root = toml::parse(text);
        return TomlConverter(limits).convert(root, {.line = 1, .column = 1}, 0);
    } catch (const toml::parse_error& error) {
        fail_at(place_at(error.source().begin), explain_toml(error.description()));
    }
}

} // namespace hotreload::document
