// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/secrets.hpp"

#include "base/ascii.hpp"

#include <algorithm>
#include <array>
#include <functional>

namespace hotreload {

namespace {

constexpr std::string_view kMask = "***";

bool is_letter_or_digit(char c) {
    return is_letter(c) || is_digit(c);
}

constexpr auto kSecretAnywhere = std::to_array<std::string_view>({
    "password",
    "passwd",
    "passphrase",
    "passcode",
    "secret",
    "token",
    "credential",
    "apikey",
    "accesskey",
    "privatekey",
    "signingkey",
    "encryptionkey",
    "accountkey",
    "sharedkey",
    "masterkey",
    "authorization",
    "connectionstring",
    "connstr",
});
constexpr auto kSecretAtTheEnd =
    std::to_array<std::string_view>({"pass", "pwd", "pw", "auth", "bearer", "dsn", "cookie"});
constexpr auto kOnlyWords = std::to_array<std::string_view>(
    {"compass", "bypass", "trespass", "surpass", "overpass", "underpass"});

constexpr std::string_view kBlank = " \t";
constexpr std::string_view kQuotes = "\"'`";

bool is_of_a_key(char c) {
    return is_letter_or_digit(c) || c == '_' || c == '-' || c == '.';
}

// The beginning of the word that ends before `end`.
std::size_t begin_of_key(std::string_view text, std::size_t end) {
    while (end > 0 && is_of_a_key(text[end - 1]))
        --end;
    return end;
}

// The end of the quoted text that begins at `at`: its closing quote, or the end of the text.
std::size_t end_of_quoted(std::string_view text, std::size_t at) {
    const char quote = text[at];
    for (++at; at < text.size() && text[at] != quote; ++at)
        if (text[at] == '\\' && quote != '\'')
            ++at;
    return std::min(at, text.size());
}

// Copies a text bit by bit, with the mask in place of some.
class Masking {
public:
    explicit Masking(std::string_view text) : text_(text) {}

    // Parts are masked in order; what lies before the last one that was masked is passed over.
    void mask(std::size_t begin, std::size_t end) {
        if (begin < copied_ || begin >= end)
            return;
        result_.append(text_.substr(copied_, begin - copied_)).append(kMask);
        copied_ = end;
    }
    [[nodiscard]] std::size_t copied() const { return copied_; }
    [[nodiscard]] std::string result() && {
        return std::move(result_.append(text_.substr(copied_)));
    }

private:
    std::string_view text_;
    std::string result_;
    std::size_t copied_ = 0;
};

// scheme://user:PASSWORD@host. A password may have a '/' in it that ought to be escaped; what is
// a port has not.
std::string without_url_passwords(std::string_view text) {
    Masking masking(text);
    constexpr std::string_view mark = "://";
    for (auto at = text.find(mark); at != text.npos; at = text.find(mark, at + mark.size())) {
        const auto begin = at + mark.size();
        const auto end = std::min(text.find_first_of(" \t\"'`<>", begin), text.size());
        const auto url = text.substr(begin, end - begin);
        const auto host = url.substr(0, url.find_first_of("/?#"));
        auto sign = host.rfind('@');
        if (sign == host.npos) {
            const auto port = std::min(host.find(':'), host.size());
            const bool has_port =
                host.find_first_not_of("0123456789", port + 1) == host.npos || port == host.size();
            sign = has_port ? url.npos : url.rfind('@');
        }
        const auto colon = url.find(':');
        if (sign != url.npos && colon < sign)
            masking.mask(begin + colon + 1, begin + sign);
    }
    return std::move(masking).result();
}

enum class Reading { Text, Line, Output };

// The end of the value that begins at `at`.
std::size_t end_of_value(std::string_view text, std::size_t at, char separator, Reading reading) {
    if (at < text.size() && kQuotes.contains(text[at])) {
        const auto end = end_of_quoted(text, at);
        return std::min(end + 1, text.size());
    }
    if (separator == '>')
        return std::min(text.find('<', at), text.size());
    // A list of parts has its own sign between them; a blank may be in one.
    const auto part = text.find(';', at);
    if (part != text.npos && (reading == Reading::Text || text.find('=', part) != text.npos))
        return part;
    if (reading == Reading::Text)
        return std::min(text.find_first_of(" \t&", at), text.size());
    return text.size();
}

bool separates(char c, Reading reading) {
    return c == '=' || (reading != Reading::Text && (c == ':' || c == '>'));
}

// "/etc/secrets.yaml:3: …" is a place, "bad token: …" is prose.
bool is_only_said(std::string_view text, std::size_t key, std::size_t key_end, std::size_t colon) {
    const bool of_a_path = key > 0 && text[key - 1] == '/';
    const bool before_a_word = colon + 1 >= text.size() || kBlank.contains(text[colon + 1]) ||
                               kQuotes.contains(text[colon + 1]);
    return of_a_path || !before_a_word || text.substr(key, key_end - key) == "token";
}

// --password VALUE, of a command.
void mask_options(std::string_view text, Masking& masking) {
    for (auto at = text.find("--"); at != text.npos; at = text.find("--", at + 2)) {
        auto end = at;
        while (end < text.size() && is_of_a_key(text[end]))
            ++end;
        const bool begins = at == 0 || kBlank.contains(text[at - 1]);
        if (!begins || end >= text.size() || !kBlank.contains(text[end]) ||
            !sounds_secret(text.substr(at, end - at)))
            continue;
        const auto value = std::min(text.find_first_not_of(kBlank, end), text.size());
        masking.mask(value, std::min(text.find_first_of(kBlank, value), text.size()));
    }
}

std::string without_secret_values(std::string_view text, Reading reading) {
    Masking masking(text);
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (at < masking.copied() || !separates(text[at], reading))
            continue;
        auto end = at;
        while (end > 0 && kBlank.contains(text[end - 1]))
            --end;
        if (end > 0 && kQuotes.contains(text[end - 1]))
            --end;
        const auto key = begin_of_key(text, end);
        if (!sounds_secret(text.substr(key, end - key)) ||
            (reading == Reading::Output && text[at] == ':' && is_only_said(text, key, end, at)))
            continue;
        auto value = at + 1;
        while (value < text.size() && (kBlank.contains(text[value]) || text[value] == '>'))
            ++value; // "=>" is a separator, too
        masking.mask(value, end_of_value(text, value, text[at], reading));
    }
    return std::move(masking).result();
}

std::string masked(std::string_view text, Reading reading) {
    auto result = without_url_passwords(text);
    result = without_secret_values(result, reading);
    if (reading == Reading::Text && result.contains("--")) {
        Masking masking(result);
        mask_options(result, masking);
        return std::move(masking).result();
    }
    return result;
}

// The answer of covers() to a path, when all that is above it has been asked about already.
bool hides(const KeyPath& path, const std::vector<KeyPattern>& patterns) {
    if (!path.empty())
        if (const auto* key = std::get_if<std::string>(&path.back()); key && sounds_secret(*key))
            return true;
    return std::ranges::any_of(patterns, [&](const auto& each) { return each.matches(path); });
}

// The text of a value, also of one that is kept as it is written: an entry of an INI file after a
// colon, a tagged scalar.
std::string* text_in(Value& value) {
    auto* opaque = std::get_if<Opaque>(&value.data);
    return opaque ? &opaque->text : std::get_if<std::string>(&value.data);
}
const std::string* text_in(const Value& value) {
    const auto* opaque = std::get_if<Opaque>(&value.data);
    return opaque ? &opaque->text : value.string();
}

void mask_below(Value& value, KeyPath& path, const std::vector<KeyPattern>& patterns) {
    const auto mask_member = [&](Value& member) {
        if (hides(path, patterns))
            member.data = std::string(kMask);
        else
            mask_below(member, path, patterns);
        path.pop_back();
    };
    if (auto* object = std::get_if<Value::Object>(&value.data)) {
        for (auto& [key, member] : *object) {
            path.emplace_back(key);
            mask_member(member);
        }
    } else if (auto* array = std::get_if<Value::Array>(&value.data)) {
        for (std::size_t i = 0; i < array->size(); ++i) {
            path.emplace_back(i);
            mask_member((*array)[i]);
        }
    } else if (auto* text = text_in(value)) {
        *text = masked_text(*text);
    }
}

// A secret of one or two characters would be found in any text.
constexpr std::size_t kShortestRedacted = 3;

void collect_texts(const Value& value, std::vector<std::string>& texts) {
    if (const auto* text = text_in(value)) {
        if (text->size() >= kShortestRedacted)
            texts.push_back(*text);
    } else if (const auto* object = value.object()) {
        for (const auto& [key, member] : *object)
            collect_texts(member, texts);
    } else if (const auto* array = value.array()) {
        for (const auto& member : *array)
            collect_texts(member, texts);
    }
}

void collect_secrets(const Value& value, KeyPath& path, const std::vector<KeyPattern>& patterns,
                     std::vector<std::string>& texts) {
    const auto member = [&](const Value& each) {
        if (hides(path, patterns))
            collect_texts(each, texts);
        else
            collect_secrets(each, path, patterns, texts);
        path.pop_back();
    };
    if (const auto* object = value.object()) {
        for (const auto& [key, each] : *object) {
            path.emplace_back(key);
            member(each);
        }
    } else if (const auto* array = value.array()) {
        for (std::size_t i = 0; i < array->size(); ++i) {
            path.emplace_back(i);
            member((*array)[i]);
        }
    }
}

} // namespace

bool sounds_secret(std::string_view key) {
    std::string letters;
    for (const char c : key)
        if (is_letter_or_digit(c))
            letters += to_lower(c);
    const auto ends = [&](std::string_view word) { return letters.ends_with(word); };
    if (std::ranges::any_of(kSecretAnywhere,
                            [&](std::string_view word) { return letters.contains(word); }))
        return true;
    if (std::ranges::any_of(kSecretAtTheEnd, ends) && std::ranges::none_of(kOnlyWords, ends))
        return true;
    // "signing_key" and "tls-key", but not "key" and "monkey".
    const auto word = key.size() - std::min(key.size(), std::string_view("key").size());
    return word > 0 && ends("key") && !is_letter_or_digit(key[word - 1]);
}

std::string masked_text(std::string_view text) {
    return text.contains('=') || text.contains("://") || text.contains("--")
               ? masked(text, Reading::Text)
               : std::string(text);
}

std::string masked_line(std::string_view line) {
    auto result = masked(line, Reading::Line);
    // A directive and its value.
    const auto begin = std::min(result.find_first_not_of(kBlank), result.size());
    const auto end = std::min(result.find_first_of(kBlank, begin), result.size());
    const auto value = std::min(result.find_first_not_of(kBlank, end), result.size());
    const bool two_words = value < result.size() && result[value] != '=' &&
                           result.find_first_of(kBlank, value) == std::string::npos;
    if (!two_words || !sounds_secret(std::string_view(result).substr(begin, end - begin)))
        return result;
    return result.substr(0, value).append(kMask);
}

std::string masked_output(std::string_view text) {
    std::string result;
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        result += masked(text.substr(0, end), Reading::Output);
        text.remove_prefix(end);
        if (!text.empty()) {
            result += '\n';
            text.remove_prefix(1);
        }
    }
    return result;
}

bool Secrets::covers(const KeyPath& path) const {
    for (KeyPath above = path;; above.pop_back()) {
        if (hides(above, patterns_))
            return true;
        if (above.empty())
            return false;
    }
}

Value Secrets::masked(const Value& value, const KeyPath& path) const {
    if (covers(path))
        return {.data = std::string(kMask), .line = value.line, .column = value.column};
    Value result = value;
    KeyPath at = path;
    mask_below(result, at, patterns_);
    return result;
}

Patch Secrets::masked(Patch patch) const {
    for (auto& operation : patch)
        for (auto* side : {&operation.before, &operation.after})
            if (*side)
                *side = masked(**side, operation.path);
    return patch;
}

std::string Secrets::redacted(std::string text, const Value& document) const {
    std::vector<std::string> secrets;
    KeyPath path;
    if (hides(path, patterns_))
        collect_texts(document, secrets);
    else
        collect_secrets(document, path, patterns_, secrets);
    // The longest first: one may be a part of another.
    std::ranges::sort(secrets, std::greater(), &std::string::size);
    for (const auto& secret : secrets)
        for (auto at = text.find(secret); at != text.npos;
             at = text.find(secret, at + kMask.size()))
            text.replace(at, secret.size(), kMask);
    return masked_output(text);
}

} // namespace hotreload
