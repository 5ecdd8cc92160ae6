// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/json_text.hpp"

#include "base/ascii.hpp"
#include "base/utf8.hpp"

#include <charconv>
#include <cstddef>
#include <system_error>

namespace hotreload {

namespace {

constexpr unsigned kDeepest = 256;

// A character beyond the first 65 536 is escaped as two units: a high surrogate, then a low one.
constexpr unsigned kHighSurrogates = 0xD800;
constexpr unsigned kLowSurrogates = 0xDC00;
constexpr unsigned kEndOfSurrogates = 0xE000;
constexpr unsigned kLastUnit = 0xFFFF;

// Each function takes what its name says off the front, or says that it is not there.
class JsonText {
public:
    explicit JsonText(std::string_view text) : rest_(text) {}

    bool whole() {
        skip_space();
        if (!value(0))
            return false;
        skip_space();
        return rest_.empty();
    }

private:
    bool value(unsigned depth) {
        if (rest_.empty())
            return false;
        switch (rest_.front()) {
        case '{':
            return depth < kDeepest && list('{', '}', [&] { return member(depth + 1); });
        case '[':
            return depth < kDeepest && list('[', ']', [&] { return value(depth + 1); });
        case '"':
            return string();
        case 't':
            return take("true");
        case 'f':
            return take("false");
        case 'n':
            return take("null");
        default:
            return number();
        }
    }

    template <class Element>
    bool list(char open, char close, Element element) {
        take(open);
        skip_space();
        if (take(close))
            return true;
        do {
            skip_space();
            if (!element())
                return false;
            skip_space();
        } while (take(','));
        return take(close);
    }

    bool member(unsigned depth) {
        if (!string())
            return false;
        skip_space();
        if (!take(':'))
            return false;
        skip_space();
        return value(depth);
    }

    bool string() {
        if (!take('"'))
            return false;
        while (!rest_.empty() && static_cast<unsigned char>(rest_.front()) >= 0x20) {
            if (take('"'))
                return true;
            if (take('\\') ? !escape() : !skip())
                return false;
        }
        return false;
    }

    bool escape() {
        if (!take('u'))
            return take_one_of("\"\\/bfnrt");
        const auto unit = code_unit();
        if (unit < kHighSurrogates || unit > kLastUnit)
            return unit <= kLastUnit;
        if (unit >= kEndOfSurrogates)
            return true;
        if (unit >= kLowSurrogates || !take("\\u"))
            return false;
        const auto low = code_unit();
        return low >= kLowSurrogates && low < kEndOfSurrogates;
    }

    // The four digits of a code unit of UTF-16; above kLastUnit where they are not there.
    unsigned code_unit() {
        constexpr std::size_t digits = 4;
        const auto text = rest_.substr(0, digits);
        unsigned unit = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), unit, 16);
        if (error != std::errc() || end != text.data() + digits)
            return kLastUnit + 1;
        rest_.remove_prefix(digits);
        return unit;
    }

    bool number() {
        take('-');
        if (!take('0') && !digits())
            return false;
        if (take('.') && !digits())
            return false;
        if (!take_one_of("eE"))
            return true;
        take_one_of("+-");
        return digits();
    }

    bool digits() {
        const auto before = rest_.size();
        while (!rest_.empty() && is_digit(rest_.front()))
            skip();
        return rest_.size() < before;
    }

    bool skip() {
        rest_.remove_prefix(1);
        return true;
    }
    void skip_space() {
        while (take_one_of(" \t\n\r")) {
        }
    }
    bool take(char c) { return rest_.starts_with(c) && skip(); }
    bool take_one_of(std::string_view set) {
        return !rest_.empty() && set.contains(rest_.front()) && skip();
    }
    bool take(std::string_view word) {
        if (!rest_.starts_with(word))
            return false;
        rest_.remove_prefix(word.size());
        return true;
    }

    std::string_view rest_;
};

} // namespace

bool is_json(std::string_view text) {
    return is_utf8(text) && JsonText(text).whole();
}

} // namespace hotreload
