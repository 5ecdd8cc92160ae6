// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/toml_overview.hpp"
#include "base/utf8.hpp"
#include "document/decimal.hpp"
#include "document/formats.hpp"

#include <toml++/toml.hpp>

#include <cmath>
#include <cstdlib>
#include <format>
#include <vector>

namespace hotreload::document {

namespace {

void check_extent(std::string_view text, const DocumentLimits& limits) {
    const auto excess = find_toml_excess(text, {.depth = limits.depth, .values = limits.values});
    if (!excess)
        return;
    const auto place = place_of(text, excess->offset);
    if (excess->of == TomlExcess::Of::Depth)
        Budget(limits).check_depth(excess->count, place);
    else
        Budget(limits).add_values(excess->count, place);
}

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

// A text with the positions of the parser, which count characters.
class TomlText {
public:
    explicit TomlText(std::string_view text) : text_(text) {
        lines_.push_back(0);
        for (auto at = text.find('\n'); at != text.npos; at = text.find('\n', at + 1))
            lines_.push_back(at + 1);
    }

    // The number that begins there, without underscores.
    [[nodiscard]] std::string number_at(const toml::source_position& position) const {
        std::size_t at = position.line <= lines_.size() ? lines_[position.line - 1] : text_.size();
        for (auto left = position.column; left > 1 && at < text_.size(); --left)
            do
                ++at;
            while (at < text_.size() && (static_cast<unsigned char>(text_[at]) & 0xC0) == 0x80);
        const auto rest = text_.substr(at);
        std::string number(rest.substr(0, rest.find_first_not_of("+-0123456789.eE_")));
        std::erase(number, '_');
        return number;
    }

private:
    std::string_view text_;
    std::vector<std::size_t> lines_; // where they begin
};

class TomlConverter {
public:
    TomlConverter(std::string_view text, const DocumentLimits& limits)
        : text_(text), budget_(limits) {}

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
    Value::Data data(const toml::value<double>& number, Place, std::size_t) const {
        if (!std::isfinite(number.get()))
            return number.get();
        // TOML has no spellings that a reader could see, but some read more digits than a double
        // has.
        const auto exact = Decimal::parse(text_.number_at(number.source().begin));
        if (exact == Decimal::of({.data = number.get()}))
            return number.get();
        return Opaque{std::string(kSpelledNumber), exact.text()};
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

    TomlText text_;
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
    check_extent(text, limits);
    try {
        toml::table root = toml::parse(text);
        return TomlConverter(text, limits).convert(root, {.line = 1, .column = 1}, 0);
    } catch (const toml::parse_error& error) {
        fail_at(place_at(error.source().begin), explain_toml(error.description()));
    }
}

} // namespace hotreload::document
