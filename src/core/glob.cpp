// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/glob.hpp"

#include <algorithm>
#include <optional>

namespace hotreload {

namespace {

// "{a,b}{c,d}…" multiplies; nobody writes more than this by hand.
constexpr std::size_t kMaxAlternatives = 1024;
constexpr std::size_t kMaxLength = 4096; // PATH_MAX
constexpr std::string_view kAnyDepth = "**";

// The length of the UTF-8 character at `at`; a byte that is none counts as one character, for
// file names are bytes.
std::size_t character_length(std::string_view text, std::size_t at) {
    const auto lead = static_cast<unsigned char>(text[at]);
    const std::size_t length = lead < 0xC2   ? 1
                               : lead < 0xE0 ? 2
                               : lead < 0xF0 ? 3
                               : lead < 0xF5 ? 4
                                             : 1;
    if (at + length > text.size())
        return 1;
    for (std::size_t i = 1; i < length; ++i)
        if ((static_cast<unsigned char>(text[at + i]) & 0xC0) != 0x80)
            return 1;
    return length;
}

// The next character of a bracket expression, `\` taken off. UTF-8 sorts as its code points do.
std::string_view take_character(std::string_view text, std::size_t& at) {
    if (text[at] == '\\' && at + 1 < text.size())
        ++at;
    const auto character = text.substr(at, character_length(text, at));
    at += character.size();
    return character;
}

// The index behind the `]` that closes the `[` at `open`. A `]` in first place means itself.
std::optional<std::size_t> bracket_end(std::string_view pattern, std::size_t open) {
    std::size_t at = open + 1;
    if (at < pattern.size() && (pattern[at] == '!' || pattern[at] == '^'))
        ++at;
    for (bool first = true; at < pattern.size(); first = false) {
        if (pattern[at] == '/' || pattern.substr(at).starts_with("\\/"))
            return {}; // a slash parts components, escaped or not
        if (pattern[at] == ']' && !first)
            return at + 1;
        take_character(pattern, at);
    }
    return {};
}

// `set` is a bracket expression that bracket_end() has accepted.
bool in_bracket(std::string_view set, std::string_view character) {
    set = set.substr(1, set.size() - 2);
    const bool negated = set.starts_with('!') || set.starts_with('^');
    if (negated)
        set.remove_prefix(1);
    bool found = false;
    for (std::size_t at = 0; at < set.size();) {
        const auto low = take_character(set, at);
        auto high = low;
        if (at + 1 < set.size() && set[at] == '-') {
            ++at;
            high = take_character(set, at);
        }
        found = found || (low <= character && character <= high);
    }
    return found != negated;
}

// Matches one path component against one component of a pattern. A mismatch goes back to the last
// `*` only: an earlier one could not do better.
bool component_matches(std::string_view pattern, std::string_view name) {
    if (name.empty() || pattern.empty())
        return name.empty() && pattern.empty(); // the root: no wildcard stands for it
    constexpr auto none = std::string_view::npos;
    std::size_t p = 0;
    std::size_t n = 0;
    std::size_t star = none;
    std::size_t retry = 0;
    while (n < name.size()) {
        const std::size_t length = character_length(name, n);
        const auto character = name.substr(n, length);
        bool same = false;
        std::size_t next = p;
        if (p < pattern.size() && pattern[p] == '*') {
            star = p++;
            retry = n;
            continue;
        }
        if (p < pattern.size()) {
            if (pattern[p] == '?') {
                same = true;
                ++next;
            } else if (pattern[p] == '[') {
                next = *bracket_end(pattern, p);
                same = in_bracket(pattern.substr(p, next - p), character);
            } else {
                same = take_character(pattern, next) == character;
            }
        }
        if (same) {
            p = next;
            n += length;
        } else if (star != none) {
            p = star + 1;
            retry += character_length(name, retry);
            n = retry;
        } else {
            return false;
        }
    }
    return pattern.find_first_not_of('*', p) == none;
}

// Walks the components of a path: "/a/b" is "", "a", "b". Empty ones within count for nothing.
class Components {
public:
    explicit Components(std::string_view path) : rest_(path), left_(!path.empty()) { skip(); }

    [[nodiscard]] bool done() const { return !left_; }
    [[nodiscard]] std::string_view current() const { return rest_.substr(0, rest_.find('/')); }
    void advance() {
        const auto slash = rest_.find('/');
        left_ = slash != std::string_view::npos;
        if (!left_)
            return;
        rest_.remove_prefix(slash + 1);
        first_ = false;
        skip();
    }

private:
    void skip() {
        while (!first_ && rest_.starts_with('/'))
            rest_.remove_prefix(1);
        if (!first_ && rest_.empty())
            left_ = false;
    }

    std::string_view rest_;
    bool left_;
    bool first_ = true;
};

// A name in brackets matches itself, too: frameworks call files "[id].ts".
bool matches_component(std::string_view pattern, std::string_view name) {
    return component_matches(pattern, name) || (name == pattern && name.contains('['));
}

bool path_matches(const std::vector<std::string>& pattern, std::string_view path) {
    std::size_t p = 0;
    std::optional<std::size_t> any_depth;
    Components at(path);
    Components retry = at;
    while (!at.done()) {
        if (p < pattern.size() && pattern[p] == kAnyDepth) {
            any_depth = p++;
            retry = at;
        } else if (p < pattern.size() && matches_component(pattern[p], at.current())) {
            ++p;
            at.advance();
        } else if (any_depth) {
            p = *any_depth + 1;
            retry.advance();
            at = retry;
        } else {
            return false;
        }
    }
    return std::ranges::all_of(pattern.begin() + static_cast<std::ptrdiff_t>(p), pattern.end(),
                               [](const auto& each) { return each == kAnyDepth; });
}

bool path_leads_to(const std::vector<std::string>& pattern, std::string_view path) {
    std::size_t p = 0;
    for (Components at(path); !at.done(); at.advance(), ++p) {
        if (p == pattern.size())
            return false;
        if (pattern[p] == kAnyDepth)
            return true; // it may stand for all the rest
        if (!matches_component(pattern[p], at.current()))
            return false;
    }
    return p < pattern.size();
}

bool has_wildcard(std::string_view component) {
    for (std::size_t at = 0; at < component.size(); ++at) {
        if (component[at] == '\\')
            ++at;
        else if (component[at] == '*' || component[at] == '?' || component[at] == '[')
            return true;
    }
    return false;
}

std::string without_escapes(std::string_view component) {
    std::string plain;
    for (std::size_t at = 0; at < component.size();)
        plain += take_character(component, at);
    return plain;
}

std::string join(const std::vector<std::string>& components) {
    std::string path;
    for (std::size_t i = 0; i < components.size(); ++i) {
        if (i > 0)
            path += '/';
        path += components[i];
    }
    return path == "" && !components.empty() ? "/" : path;
}

// The pattern without the escapes that mean nothing, those of bytes that are no ASCII: within a
// character of UTF-8 one would make two of it.
std::string without_idle_escapes(std::string_view pattern) {
    std::string text;
    for (std::size_t at = 0; at < pattern.size(); ++at) {
        const bool escape = pattern[at] == '\\' && at + 1 < pattern.size();
        if (!escape) {
            text += pattern[at];
            continue;
        }
        if (static_cast<unsigned char>(pattern[++at]) < 0x80)
            text += '\\';
        text += pattern[at];
    }
    return text;
}

// Wrong says in words what is wrong with a pattern.
using Wrong = std::unexpected<std::string_view>;

struct Brace {
    std::size_t open;
    std::vector<std::size_t> commas; // and the closing brace
};

// The first brace group outside of brackets; nullopt when there is none.
std::expected<std::optional<Brace>, std::string_view> find_brace(std::string_view text) {
    std::optional<Brace> brace;
    int depth = 0;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const char c = text[at];
        if (c == '\\') {
            if (++at == text.size())
                return Wrong("nothing follows the last backslash");
        } else if (c == '[') {
            const auto end = bracket_end(text, at);
            if (!end)
                return Wrong("a [ is not closed");
            at = *end - 1;
        } else if (c == '{') {
            if (depth++ == 0)
                brace = Brace{at, {}};
        } else if (depth > 0 && (c == '}' || c == ',')) {
            if (depth == 1)
                brace->commas.push_back(at);
            if (c == '}' && --depth == 0)
                return brace;
        }
    }
    if (depth > 0)
        return Wrong("a { is not closed");
    return std::nullopt;
}

std::expected<void, std::string_view> expand_braces(const std::string& text,
                                                    std::vector<std::string>& expanded) {
    auto brace = find_brace(text);
    if (!brace)
        return Wrong(brace.error());
    if (!*brace) {
        if (expanded.size() == kMaxAlternatives)
            return Wrong("its braces stand for more than 1024 patterns");
        expanded.push_back(text);
        return {};
    }
    const auto& [open, commas] = **brace;
    for (std::size_t i = 0; i < commas.size(); ++i) {
        const std::size_t from = i == 0 ? open + 1 : commas[i - 1] + 1;
        auto one = expand_braces(text.substr(0, open) + text.substr(from, commas[i] - from) +
                                     text.substr(commas.back() + 1),
                                 expanded);
        if (!one)
            return one;
    }
    return {};
}

} // namespace

Result<Glob> Glob::parse(std::string_view pattern) {
    const auto invalid = [&](std::string_view why) {
        return fail(ErrorCode::Invalid,
                    "pattern \"" + std::string(pattern) + "\": " + std::string(why));
    };
    if (pattern.size() > kMaxLength)
        return invalid("it is longer than any path");
    std::vector<std::string> expanded;
    if (const auto result = expand_braces(without_idle_escapes(pattern), expanded); !result)
        return invalid(result.error());
    Glob glob;
    glob.pattern_ = pattern;
    for (const auto& text : expanded) {
        auto& components = glob.alternatives_.emplace_back();
        for (Components at(text); !at.done(); at.advance())
            if (at.current() != ".")
                components.emplace_back(at.current());
        if (components.empty() || components.back().empty())
            return invalid("it is empty");
    }
    return glob;
}

bool Glob::matches(std::string_view path) const {
    return std::ranges::any_of(alternatives_,
                               [&](const auto& each) { return path_matches(each, path); });
}

bool Glob::may_match_below(std::string_view path) const {
    return std::ranges::any_of(alternatives_,
                               [&](const auto& each) { return path_leads_to(each, path); });
}

bool Glob::has_component(std::string_view name) const {
    return std::ranges::any_of(alternatives_,
                               [&](const auto& each) { return std::ranges::contains(each, name); });
}

std::string Glob::base() const {
    std::vector<std::string> common = alternatives_.front();
    for (const auto& each : alternatives_) {
        std::size_t same = 0;
        while (same < common.size() && same + 1 < each.size() && !has_wildcard(each[same]) &&
               each[same] == common[same])
            ++same;
        common.resize(same);
    }
    for (auto& component : common)
        component = without_escapes(component);
    return join(common);
}

bool Glob::literal() const {
    return alternatives_.size() == 1 && std::ranges::none_of(alternatives_.front(), has_wildcard);
}

std::string Glob::literal_path() const {
    auto components = alternatives_.front();
    for (auto& component : components)
        component = without_escapes(component);
    return join(components);
}

std::string escape_glob(std::string_view path) {
    std::string out;
    for (const char c : path) {
        if (kWildcards.contains(c))
            out += '\\';
        out += c;
    }
    return out;
}

} // namespace hotreload
