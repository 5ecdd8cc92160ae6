// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/key_path.hpp"

#include <algorithm>
#include <format>

namespace hotreload {

namespace {

bool is_control(char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

bool needs_quotes(std::string_view key) {
    return key.empty() || key.find_first_of(".[]\"") != std::string_view::npos ||
           std::ranges::any_of(key, is_control);
}

std::string quoted_key(std::string_view key) {
    std::string text = "\"";
    for (const char c : key) {
        if (c == '"' || c == '\\')
            text += '\\';
        if (is_control(c))
            text += std::format("\\u{:04X}", static_cast<unsigned>(c));
        else
            text += c;
    }
    return text + '"';
}

} // namespace

std::string to_key(const KeyPath& path) {
    std::string text;
    for (const auto& part : path) {
        if (const auto* index = std::get_if<std::size_t>(&part)) {
            text += std::format("[{}]", *index);
            continue;
        }
        const auto& key = std::get<std::string>(part);
        if (!text.empty())
            text += '.';
        text += needs_quotes(key) ? quoted_key(key) : key;
    }
    return text;
}

std::string to_pointer(const KeyPath& path) {
    std::string text;
    for (const auto& part : path) {
        text += '/';
        if (const auto* index = std::get_if<std::size_t>(&part)) {
            text += std::to_string(*index);
            continue;
        }
        for (const char c : std::get<std::string>(part)) {
            if (c == '~')
                text += "~0";
            else if (c == '/')
                text += "~1";
            else
                text += c;
        }
    }
    return text;
}

const Value* find(const Value& root, const KeyPath& path) {
    const Value* at = &root;
    for (const auto& part : path) {
        if (const auto* index = std::get_if<std::size_t>(&part)) {
            const auto* array = at->array();
            if (!array || *index >= array->size())
                return nullptr;
            at = &(*array)[*index];
            continue;
        }
        const auto* object = at->object();
        if (!object)
            return nullptr;
        const auto member = object->find(std::get<std::string>(part));
        if (member == object->end())
            return nullptr;
        at = &member->second;
    }
    return at;
}

} // namespace hotreload
