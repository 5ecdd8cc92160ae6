// SPDX-License-Identifier: LGPL-2.1-or-later
#include "document/schema/ecma.hpp"

#include "base/ascii.hpp"
#include "document/formats.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <format>
#include <optional>
#include <utility>
#include <vector>

namespace hotreload::document {

namespace {

// Thrown within this file.
struct NotUnderstood {
    std::string what;
};

constexpr std::string_view kDecimalDigits = "0123456789";

// ECMA-262's white space, of which PCRE2's \s knows what is ASCII; and all other characters.
constexpr std::string_view kSpace =
    R"(\x{9}-\x{d}\x{20}\x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}\x{feff})";
constexpr std::string_view kNoSpace =
    R"(\x{0}-\x{8}\x{e}-\x{1f}\x{21}-\x{9f}\x{a1}-\x{167f}\x{1681}-\x{1fff}\x{200b}-\x{2027}\x{202a}-\x{202e}\x{2030}-\x{205e}\x{2060}-\x{2fff}\x{3001}-\x{fefe}\x{ff00}-\x{10ffff})";
constexpr std::string_view kAnyButLineEnds = R"([^\x{a}\x{d}\x{2028}\x{2029}])";
constexpr std::string_view kAny = "[^]";
constexpr std::string_view kNever = "[]";

struct PropertyName {
    std::string_view name; // in lower case
    std::string_view category;
};

// PCRE2 knows general categories by their short names alone.
constexpr std::array kCategories = {
    PropertyName{"letter", "L"},
    PropertyName{"cased_letter", "L&"},
    PropertyName{"lc", "L&"},
    PropertyName{"uppercase_letter", "Lu"},
    PropertyName{"lowercase_letter", "Ll"},
    PropertyName{"titlecase_letter", "Lt"},
    PropertyName{"modifier_letter", "Lm"},
    PropertyName{"other_letter", "Lo"},
    PropertyName{"mark", "M"},
    PropertyName{"combining_mark", "M"},
    PropertyName{"nonspacing_mark", "Mn"},
    PropertyName{"spacing_mark", "Mc"},
    PropertyName{"enclosing_mark", "Me"},
    PropertyName{"number", "N"},
    PropertyName{"decimal_number", "Nd"},
    PropertyName{"digit", "Nd"},
    PropertyName{"letter_number", "Nl"},
    PropertyName{"other_number", "No"},
    PropertyName{"punctuation", "P"},
    PropertyName{"punct", "P"},
    PropertyName{"connector_punctuation", "Pc"},
    PropertyName{"dash_punctuation", "Pd"},
    PropertyName{"open_punctuation", "Ps"},
    PropertyName{"close_punctuation", "Pe"},
    PropertyName{"initial_punctuation", "Pi"},
    PropertyName{"final_punctuation", "Pf"},
    PropertyName{"other_punctuation", "Po"},
    PropertyName{"symbol", "S"},
    PropertyName{"math_symbol", "Sm"},
    PropertyName{"currency_symbol", "Sc"},
    PropertyName{"modifier_symbol", "Sk"},
    PropertyName{"other_symbol", "So"},
    PropertyName{"separator", "Z"},
    PropertyName{"space_separator", "Zs"},
    PropertyName{"line_separator", "Zl"},
    PropertyName{"paragraph_separator", "Zp"},
    PropertyName{"other", "C"},
    PropertyName{"control", "Cc"},
    PropertyName{"format", "Cf"},
    PropertyName{"surrogate", "Cs"},
    PropertyName{"private_use", "Co"},
    PropertyName{"unassigned", "Cn"},
};

std::string character(std::uint32_t code) {
    return std::format("\\x{{{:x}}}", code);
}

class Translator {
public:
    explicit Translator(std::string_view text) : rest_(text) {}

    std::string translate() {
        while (!rest_.empty())
            item();
        return std::move(out_);
    }

private:
    // The kinds of items within [].
    enum class Item { Nothing, Character, HalfCharacter, Set, RangeEnd };

    bool take(std::string_view text) {
        if (!rest_.starts_with(text))
            return false;
        rest_.remove_prefix(text.size());
        return true;
    }

    char take_one() {
        const char c = rest_.front();
        rest_.remove_prefix(1);
        return c;
    }

    // `least` to `most` digits to the base; nothing is taken when there are fewer.
    std::optional<std::uint32_t> take_number(std::size_t least, std::size_t most, int base) {
        std::uint32_t number = 0;
        const auto* first = rest_.data();
        const auto end = std::from_chars(first, first + std::min(most, rest_.size()), number, base);
        const auto length = static_cast<std::size_t>(end.ptr - first);
        if (end.ec != std::errc() || length < least)
            return std::nullopt;
        rest_.remove_prefix(length);
        return number;
    }

    void item() {
        const char c = take_one();
        switch (c) {
        case '\\':
            escape();
            break;
        case '[':
            set();
            break;
        case '(':
            group();
            break;
        case ')':
            if (!dot_is_all_.empty())
                dot_is_all_.pop_back();
            out_ += c;
            break;
        case '.':
            out_ += dot_is_all() ? kAny : kAnyButLineEnds;
            break;
        case '{':
            if (!is_count())
                out_ += '\\';
            out_ += c;
            break;
        default:
            out_ += c;
        }
    }

    // Behind "{": "2}", "2,}" or "2,3}". Newer versions of PCRE2 take more for a quantifier.
    [[nodiscard]] bool is_count() const {
        const auto digits = [this](std::size_t from) {
            return std::min(rest_.find_first_not_of(kDecimalDigits, from), rest_.size());
        };
        auto end = digits(0);
        if (end == 0)
            return false;
        if (rest_.substr(end).starts_with(','))
            end = digits(end + 1);
        return rest_.substr(end).starts_with('}');
    }

    [[nodiscard]] bool dot_is_all() const { return !dot_is_all_.empty() && dot_is_all_.back(); }

    // Behind "(".
    void group() {
        if (rest_.starts_with('*'))
            throw NotUnderstood{"there is nothing for * to repeat"};
        out_ += '(';
        bool all = dot_is_all();
        if (rest_.starts_with('?')) {
            const auto end = rest_.find_first_of(":)=!><", 1);
            const auto kind = rest_.substr(0, end == std::string_view::npos ? end : end + 1);
            const bool named = (kind.starts_with("?<") || kind.starts_with("?P<"));
            const bool flags = kind.find_first_not_of("?ims-:)") == std::string_view::npos;
            if (!named && !flags && kind != "?=" && kind != "?!" && kind != "?>")
                throw NotUnderstood{std::format("({} is not known", kind.substr(0, 20))};
            const auto on = kind.substr(0, kind.find('-'));
            if (flags && kind.contains('s'))
                all = on.contains('s');
            if (flags && kind.ends_with(')') && !dot_is_all_.empty())
                dot_is_all_.back() = all; // for the rest of the group around it
            else if (flags && kind.ends_with(')'))
                dot_is_all_.push_back(all);
            out_ += kind;
            rest_.remove_prefix(kind.size());
            if (kind.ends_with(')'))
                return;
        }
        dot_is_all_.push_back(all);
    }

    // Behind "\", outside of [].
    void escape() {
        if (rest_.empty())
            throw NotUnderstood{"nothing follows the last \\"};
        const char c = rest_.front();
        if (c >= '1' && c <= '9') {
            if (const auto group = take_number(1, 4, 10))
                out_ += std::format("\\g{{{}}}", *group);
            return;
        }
        rest_.remove_prefix(1);
        switch (c) {
        case 'b':
        case 'B':
        case 'A':
            out_ += std::format("\\{}", c);
            break;
        case 'z':
        case 'Z':
            out_ += "\\z";
            break;
        case 'k':
            out_ += "\\k";
            break;
        case 's':
        case 'S':
            out_ += std::format("[{}]", c == 's' ? kSpace : kNoSpace);
            break;
        default:
            if (!any_set(c))
                out_ += escaped(c).value_or(std::string(kNever));
        }
    }

    // \d, \w, \p{…} and their opposites, which are the same within [] and outside.
    bool any_set(char c) {
        if (std::string_view("dDwW").contains(c)) {
            out_ += std::format("\\{}", c);
            return true;
        }
        if ((c != 'p' && c != 'P') || !rest_.starts_with('{'))
            return false;
        const auto end = rest_.find('}');
        if (end == std::string_view::npos)
            throw NotUnderstood{std::format("a }} is missing behind \\{}{{", c)};
        out_ += std::format("\\{}{{{}}}", c, property(rest_.substr(1, end - 1)));
        rest_.remove_prefix(end + 1);
        return true;
    }

    static std::string property(std::string_view name) {
        const auto equals = name.find('=');
        if (equals != std::string_view::npos) {
            const auto kind = name.substr(0, equals);
            name.remove_prefix(equals + 1);
            if (kind == "Script" || kind == "sc")
                return std::format("sc:{}", name);
            if (kind == "Script_Extensions" || kind == "scx")
                return std::format("scx:{}", name);
            if (kind != "General_Category" && kind != "gc")
                throw NotUnderstood{std::format("there is no property {}", kind.substr(0, 40))};
        }
        const auto* found = std::ranges::find(kCategories, to_lower(name), &PropertyName::name);
        return std::string(found == kCategories.end() ? name : found->category);
    }

    // The escaped character; nullopt: one that no text has.
    std::optional<std::string> escaped(char c) {
        switch (c) {
        case 't':
        case 'n':
        case 'r':
        case 'f':
            return std::format("\\{}", c);
        case 'v':
            return character(0x0b);
        case '0':
            return character(take_number(1, 2, 8).value_or(0));
        case 'c':
            if (!rest_.empty() && is_letter(rest_.front()))
                return character(static_cast<unsigned char>(take_one()) & 0x1fU);
            return "\\\\c";
        case 'x':
            if (const auto code = take_number(2, 2, 16))
                return character(*code);
            return "x";
        case 'u':
            return unicode();
        default:
            break;
        }
        if (is_letter(c))
            throw NotUnderstood{std::format("there is no escape \\{}", c)};
        return static_cast<unsigned char>(c) < 0x80 ? std::format("\\{}", c) : std::string(1, c);
    }

    // Behind "\u".
    std::optional<std::string> unicode() {
        std::optional<std::uint32_t> code;
        if (take("{")) {
            code = take_number(1, 6, 16);
            if (!take("}"))
                code.reset();
        } else {
            code = take_number(4, 4, 16);
        }
        if (!code || *code > 0x10ffff)
            throw NotUnderstood{"\\u is followed by four digits, or by {…}"};
        const bool high = *code >= 0xd800 && *code < 0xdc00;
        if (const auto before = rest_; high && take("\\u")) {
            const auto low = take_number(4, 4, 16);
            if (low && *low >= 0xdc00 && *low < 0xe000)
                return character(0x10000 + ((*code - 0xd800) << 10U) + (*low - 0xdc00));
            rest_ = before;
        }
        if (*code >= 0xd800 && *code < 0xe000)
            return std::nullopt;
        return character(*code);
    }

    // Behind "[".
    void set() {
        out_ += '[';
        if (take("^"))
            out_ += '^';
        Item before = Item::Nothing;
        while (!rest_.empty() && !rest_.starts_with(']'))
            before = rest_.starts_with('-') ? hyphen(before) : member();
        if (!take("]"))
            throw NotUnderstood{"a ] is missing"};
        out_ += ']';
    }

    // PCRE2 refuses a hyphen beside a \d or its like, where ECMA-262 takes it for itself.
    Item hyphen(Item before) {
        rest_.remove_prefix(1);
        const bool last = rest_.empty() || rest_.starts_with(']');
        const bool set_follows =
            rest_.size() > 1 && rest_[0] == '\\' && std::string_view("dDwWsSpP").contains(rest_[1]);
        const bool whole = before == Item::Character;
        if ((!whole && before != Item::HalfCharacter) || last || set_follows) {
            out_ += "\\-";
            return Item::Character;
        }
        const auto start = out_.size();
        out_ += whole ? "-" : "\\x{e000}-"; // surrogates are no characters
        if (member() == Item::HalfCharacter) {
            out_.resize(start);
            out_ += whole ? "-\\x{d7ff}" : "";
        }
        return Item::RangeEnd;
    }

    Item member() {
        const char c = take_one();
        if (c != '\\') {
            if (c == '[')
                out_ += '\\'; // "[:" would be a class
            out_ += c;
            // The bytes of one character stay together.
            while (!rest_.empty() && (static_cast<unsigned char>(rest_.front()) & 0xc0U) == 0x80)
                out_ += take_one();
            return Item::Character;
        }
        if (rest_.empty())
            throw NotUnderstood{"a ] is missing"};
        const char escape = take_one();
        if (escape == 's' || escape == 'S') {
            out_ += escape == 's' ? kSpace : kNoSpace;
            return Item::Set;
        }
        if (any_set(escape))
            return Item::Set;
        if (escape == 'b')
            out_ += character(0x08);
        else if (escape >= '1' && escape <= '7')
            out_ += character(static_cast<std::uint32_t>(escape - '0'));
        else if (escape == '8' || escape == '9')
            out_ += escape;
        else if (const auto one = escaped(escape))
            out_ += *one;
        else
            return Item::HalfCharacter;
        return Item::Character;
    }

    std::string_view rest_;
    std::string out_;
    std::vector<bool> dot_is_all_; // by group: the flag s
};

} // namespace

std::expected<std::string, std::string> to_pcre(std::string_view ecma) try {
    return Translator(ecma).translate();
} catch (NotUnderstood& problem) {
    return std::unexpected(std::move(problem.what));
}

} // namespace hotreload::document
