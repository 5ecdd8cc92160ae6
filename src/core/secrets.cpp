// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/secrets.hpp"

#include <algorithm>

namespace hotreload {

namespace {

bool sounds_secret(std::string_view key) {
    std::string lower(key);
    std::ranges::transform(lower, lower.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return lower.contains("password") || lower.contains("secret") || lower.contains("token") ||
           lower.ends_with("_key");
}

// What covers() asks of a path when all that is above it has been asked already.
bool hides(const KeyPath& path, const std::vector<KeyPattern>& patterns) {
    if (!path.empty())
        if (const auto* key = std::get_if<std::string>(&path.back()); key && sounds_secret(*key))
            return true;
    return std::ranges::any_of(patterns, [&](const auto& each) { return each.matches(path); });
}

void mask_below(Value& value, KeyPath& path, const std::vector<KeyPattern>& patterns) {
    const auto mask_member = [&](Value& member) {
        if (hides(path, patterns))
            member.data = "***";
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
    }
}

constexpr std::string_view kMask = "***";

// "scheme://user:PASSWORD@host"
void mask_passwords_of_urls(std::string& line) {
    for (auto at = line.find("://"); at != std::string::npos; at = line.find("://", at + 3)) {
        const auto end = std::min(line.find_first_of("/ \t\"'?#", at + 3), line.size());
        const auto host = line.rfind('@', end);
        const auto colon = line.find(':', at + 3);
        if (host != std::string::npos && host > at && host < end && colon < host)
            line.replace(colon + 1, host - colon - 1, kMask);
    }
}

// "KEY = VALUE", "KEY: VALUE", "KEY VALUE": all that is behind the first key that sounds secret.
void mask_behind_secret_key(std::string& line) {
    const auto is_separator = [](char c) { return std::string_view(" \t=:\"',{").contains(c); };
    for (std::size_t at = 0; at < line.size();) {
        const auto end = std::min(line.find_first_of(" \t=:\"',{", at), line.size());
        auto value = end;
        while (value < line.size() && is_separator(line[value]))
            ++value;
        if (end > at && value < line.size() &&
            sounds_secret(std::string_view(line).substr(at, end - at))) {
            line.replace(value, std::string::npos, kMask);
            return;
        }
        at = std::max(value, at + 1);
    }
}

} // namespace

std::string masked_line(std::string_view line) {
    std::string masked(line);
    mask_passwords_of_urls(masked);
    mask_behind_secret_key(masked);
    return masked;
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
        return {.data = "***", .line = value.line, .column = value.column};
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

} // namespace hotreload
