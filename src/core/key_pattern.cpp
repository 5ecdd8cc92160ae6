// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/key_pattern.hpp"

#include "base/utf8.hpp"

#include <algorithm>
#include <charconv>
#include <format>
#include <optional>

namespace hotreload {

namespace {

constexpr std::size_t kMaxPatternLength = 4096;

std::size_t key_character_length(std::string_view text, std::size_t at) {
    std::size_t end = at + 1;
    while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80)
        ++end;
    return end - at;
}

// A mismatch goes back to the last `*` only: an earlier one could not do better.
bool wildcard_matches(std::string_view pattern, std::string_view key) {
    constexpr auto none = std::string_view::npos;
    std::size_t p = 0;
    std::size_t star = none;
    std::size_t retry = 0;
    for (std::size_t k = 0; k < key.size();) {
        if (p < pattern.size() && pattern[p] == '*') {
            star = p++;
            retry = k;
        } else if (p < pattern.size() && pattern[p] == '?') {
            ++p;
            k += key_character_length(key, k);
        } else if (p < pattern.size() && pattern[p] == key[k]) {
            ++p;
            ++k;
        } else if (star != none) {
            p = star + 1;
            retry += key_character_length(key, retry);
            k = retry;
        } else {
            return false;
        }
    }
    return pattern.find_first_not_of('*', p) == none;
}

std::size_t literal_length(std::string_view wildcard) {
    return static_cast<std::size_t>(
        std::ranges::count_if(wildcard, [](char c) { return c != '*' && c != '?'; }));
}

void append_utf8(std::string& text, std::uint32_t c) {
    const auto put = [&](std::uint32_t byte) { text += static_cast<char>(byte); };
    if (c < 0x80) {
        put(c);
    } else if (c < 0x800) {
        put(0xC0 | (c >> 6));
        put(0x80 | (c & 0x3F));
    } else if (c < 0x10000) {
        put(0xE0 | (c >> 12));
        put(0x80 | ((c >> 6) & 0x3F));
        put(0x80 | (c & 0x3F));
    } else {
        put(0xF0 | (c >> 18));
        put(0x80 | ((c >> 12) & 0x3F));
        put(0x80 | ((c >> 6) & 0x3F));
        put(0x80 | (c & 0x3F));
    }
}

// WrongPart says what is wrong, and where in the pattern.
struct WrongPart {
    std::size_t at;
    std::string_view why;
};

// Takes the parts off a pattern. `done()` is true at its end.
class PatternReader {
public:
    explicit PatternReader(std::string_view text) : text_(text) {}

    [[nodiscard]] bool done() const { return at_ == text_.size(); }
    [[nodiscard]] std::size_t at() const { return at_; }

    bool take(char c) {
        if (done() || text_[at_] != c)
            return false;
        ++at_;
        return true;
    }

    // Takes the text before the next character that is one of `stops`.
    std::string_view take_until(std::string_view stops) {
        const auto taken = text_.substr(at_, text_.find_first_of(stops, at_) - at_);
        at_ += taken.size();
        return taken;
    }

    // A quoted key, behind its opening quote: TOML's basic string.
    std::expected<std::string, WrongPart> quoted() {
        const std::size_t open = at_ - 1;
        std::string key;
        for (;;) {
            key += take_until("\"\\");
            if (take('"'))
                return key;
            if (done())
                return std::unexpected(WrongPart{open, "this \" is not closed"});
            const std::size_t escape = at_++;
            if (!unescape(key))
                return std::unexpected(WrongPart{
                    escape, "no such escape: there are \\\" \\\\ \\b \\t \\n \\f \\r \\uXXXX"});
        }
    }

    // An index, behind its opening bracket; nullopt: any, "*".
    std::expected<std::optional<std::size_t>, WrongPart> index() {
        const auto begin = at_;
        const auto inside = take_until("]");
        if (!take(']'))
            return std::unexpected(WrongPart{begin - 1, "this [ is not closed"});
        if (inside == "*")
            return std::nullopt;
        std::size_t index = 0;
        const auto* const last = inside.data() + inside.size();
        const auto [end, error] = std::from_chars(inside.data(), last, index);
        if (error != std::errc() || end != last)
            return std::unexpected(WrongPart{
                begin, "an index ([0]) or [*] belongs here; quote a key that has brackets"});
        return index;
    }

private:
    bool unescape(std::string& key) {
        if (done())
            return false;
        constexpr std::string_view letters = "btnfr\"\\";
        constexpr std::string_view meanings = "\b\t\n\f\r\"\\";
        const char c = text_[at_++];
        if (const auto known = letters.find(c); known != std::string_view::npos) {
            key += meanings[known];
            return true;
        }
        const std::size_t digits = c == 'u' ? 4 : c == 'U' ? 8 : 0;
        if (digits == 0 || text_.size() - at_ < digits)
            return false;
        std::uint32_t code = 0;
        const char* from = text_.data() + at_;
        const auto [end, error] = std::from_chars(from, from + digits, code, 16);
        at_ += digits;
        if (error != std::errc() || end != from + digits || code > 0x10FFFF ||
            (code >= 0xD800 && code <= 0xDFFF))
            return false;
        append_utf8(key, code);
        return true;
    }

    std::string_view text_;
    std::size_t at_ = 0;
};

} // namespace

Result<KeyPattern> KeyPattern::parse(std::string_view pattern) {
    const auto invalid = [&](std::size_t at, std::string_view why) {
        return fail(ErrorCode::Invalid, std::format("key pattern \"{}\": at character {}: {}",
                                                    to_utf8(pattern.substr(0, 200)), at + 1, why));
    };
    if (pattern.empty())
        return invalid(0, "it is empty; ** stands for all keys");
    if (pattern.size() > kMaxPatternLength)
        return invalid(kMaxPatternLength, "it is too long");
    if (const auto good = utf8_prefix(pattern); good != pattern.size())
        return invalid(good, "this is not UTF-8");

    KeyPattern result;
    result.text_ = pattern;
    PatternReader reader(pattern);
    const auto add = [&](Part::Kind kind, std::string text = {}, std::size_t index = 0) {
        result.parts_.push_back({kind, std::move(text), index});
    };
    for (bool first = true; !reader.done(); first = false) {
        if (reader.take('[')) {
            const auto index = reader.index();
            if (!index)
                return invalid(index.error().at, index.error().why);
            add(*index ? Part::Kind::Index : Part::Kind::AnyIndex, {}, index->value_or(0));
            continue;
        }
        if (!first && !reader.take('.'))
            return invalid(reader.at(), "a . or [ belongs here; quote a key that has quotes or ]");
        if (reader.take('"')) {
            auto key = reader.quoted();
            if (!key)
                return invalid(key.error().at, key.error().why);
            add(Part::Kind::Literal, *std::move(key));
            continue;
        }
        const std::size_t at = reader.at();
        const auto key = reader.take_until(".[]\"");
        if (key.empty())
            return invalid(at, "a key belongs here; one that is empty is written \"\"");
        if (key == "**")
            add(Part::Kind::Any);
        else if (key == "*")
            add(Part::Kind::AnyOne);
        else if (key.find_first_of("*?") != std::string_view::npos)
            add(Part::Kind::Wildcard, std::string(key));
        else
            add(Part::Kind::Literal, std::string(key));
    }
    return result;
}

bool KeyPattern::matches(const KeyPath& path) const {
    const auto one = [](const Part& part, const KeyPath::value_type& step) {
        const auto* key = std::get_if<std::string>(&step);
        switch (part.kind) {
        case Part::Kind::AnyOne:
            return key != nullptr;
        case Part::Kind::AnyIndex:
            return key == nullptr;
        case Part::Kind::Wildcard:
            return key && wildcard_matches(part.text, *key);
        case Part::Kind::Index:
            return !key && std::get<std::size_t>(step) == part.index;
        case Part::Kind::Literal:
            return key && *key == part.text;
        case Part::Kind::Any:
            break;
        }
        return false;
    };
    const auto names_index = [&](std::size_t p) {
        return p < parts_.size() &&
               (parts_[p].kind == Part::Kind::Index || parts_[p].kind == Part::Kind::AnyIndex);
    };
    // The last `**` is the only one that can be wrong about how much it takes, as with the
    // wildcards of one key.
    std::size_t p = 0;
    std::optional<std::size_t> any;
    std::size_t retry = 0;
    for (std::size_t s = 0; s < path.size();) {
        if (p < parts_.size() && parts_[p].kind == Part::Kind::Any) {
            any = p++;
            retry = s;
        } else if (p < parts_.size() && one(parts_[p], path[s])) {
            ++p;
            ++s;
        } else if (std::holds_alternative<std::size_t>(path[s]) && !names_index(p)) {
            ++s;
        } else if (any) {
            p = *any + 1;
            s = ++retry;
        } else {
            return false;
        }
    }
    return std::all_of(parts_.begin() + static_cast<std::ptrdiff_t>(p), parts_.end(),
                       [](const Part& part) { return part.kind == Part::Kind::Any; });
}

bool KeyPattern::more_specific_than(const KeyPattern& other) const {
    const auto rank = [](const Part& part) {
        switch (part.kind) {
        case Part::Kind::Any:
            return 0;
        case Part::Kind::AnyOne:
        case Part::Kind::AnyIndex:
            return 1;
        case Part::Kind::Wildcard:
            return 2;
        case Part::Kind::Index:
        case Part::Kind::Literal:
            break;
        }
        return 3;
    };
    const auto is_index = [](const Part& part) {
        return part.kind == Part::Kind::Index || part.kind == Part::Kind::AnyIndex;
    };
    const std::size_t both = std::min(parts_.size(), other.parts_.size());
    for (std::size_t i = 0; i < both; ++i) {
        const Part& a = parts_[i];
        const Part& b = other.parts_[i];
        const bool any = a.kind == Part::Kind::Any || b.kind == Part::Kind::Any;
        if (!any && is_index(a) != is_index(b))
            return is_index(a); // the other one leaves it out
        if (rank(a) != rank(b))
            return rank(a) > rank(b);
        if (a.kind == Part::Kind::Wildcard && literal_length(a.text) != literal_length(b.text))
            return literal_length(a.text) > literal_length(b.text);
    }
    // The end is more specific than a `**` that stands for nothing, and less than anything else.
    if (parts_.size() > both)
        return parts_[both].kind != Part::Kind::Any;
    return other.parts_.size() > both && other.parts_[both].kind == Part::Kind::Any;
}

std::optional<std::size_t> deciding(std::span<const KeyPattern> patterns, const KeyPath& path) {
    std::optional<std::size_t> best;
    for (std::size_t i = 0; i < patterns.size(); ++i)
        if (patterns[i].matches(path) && (!best || patterns[i].more_specific_than(patterns[*best])))
            best = i;
    return best;
}

} // namespace hotreload
