// SPDX-License-Identifier: LGPL-2.1-or-later
#include "libhotreload/pointer.hpp"

#include <cerrno>
#include <charconv>
#include <cstddef>
#include <optional>
#include <string>

namespace hotreload::library {

namespace {

// "~1" is '/', "~0" is '~'; nothing: another "~".
std::optional<std::string> unescaped(std::string_view part) {
    std::string key;
    for (std::size_t i = 0; i < part.size(); ++i) {
        if (part[i] != '~') {
            key += part[i];
            continue;
        }
        if (++i == part.size() || (part[i] != '0' && part[i] != '1'))
            return std::nullopt;
        key += part[i] == '0' ? '~' : '/';
    }
    return key;
}

const Value* element(const Value::Array& array, std::string_view index) {
    if (index.empty() || (index.size() > 1 && index.front() == '0'))
        return nullptr;
    std::size_t number = 0;
    const auto* last = index.data() + index.size();
    const auto [end, error] = std::from_chars(index.data(), last, number);
    return error == std::errc() && end == last && number < array.size() ? &array[number] : nullptr;
}

const Value* step(const Value& at, const std::string& key) {
    if (const auto* array = at.array())
        return element(*array, key);
    const auto* object = at.object();
    if (!object)
        return nullptr;
    const auto found = object->find(key);
    return found == object->end() ? nullptr : &found->second;
}

} // namespace

std::expected<const Value*, int> resolve(const Value& root, std::string_view pointer) {
    const Value* at = &root;
    while (!pointer.empty()) { // to its end, also where nothing is: it may be none
        if (pointer.front() != '/')
            return std::unexpected(EINVAL);
        pointer.remove_prefix(1);
        const auto key = unescaped(pointer.substr(0, pointer.find('/')));
        if (!key)
            return std::unexpected(EINVAL);
        pointer.remove_prefix(std::min(pointer.find('/'), pointer.size()));
        at = at ? step(*at, *key) : nullptr;
    }
    if (!at)
        return std::unexpected(ENOENT);
    return at;
}

} // namespace hotreload::library
