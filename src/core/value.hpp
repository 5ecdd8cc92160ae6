// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// A document: the tree that a TOML, YAML, JSON, INI or unit file means, whatever it is written
// like. Two documents are equal when their trees are: the order of keys, comments, quoting and the
// spelling of numbers do not count, the order of arrays and the types of scalars do.

#include <cstdint>
#include <map>
#include <string>
#include <variant>
#include <vector>

namespace hotreload {

// A scalar of a type that JSON has not: a TOML date, a YAML tag, a number that fits no type of
// ours. `text` is in one spelling for all that mean the same, as far as that is known.
struct Opaque {
    std::string type; // "date", "time", "datetime", "number", "!vault"
    std::string text;

    bool operator==(const Opaque&) const = default;
};

struct Value {
    using Array = std::vector<Value>;
    using Object = std::map<std::string, Value, std::less<>>;
    // Integers are std::int64_t wherever they fit, and std::uint64_t only above it.
    using Data = std::variant<std::nullptr_t, bool, std::int64_t, std::uint64_t, double,
                              std::string, Opaque, Array, Object>;

    Data data = nullptr;
    // Where it stands in its file, from 1; of a member of an object, where its key stands. 0:
    // nowhere. No part of the meaning: never compared.
    std::uint32_t line = 0;
    std::uint32_t column = 0;

    [[nodiscard]] const Array* array() const { return std::get_if<Array>(&data); }
    [[nodiscard]] const Object* object() const { return std::get_if<Object>(&data); }
    [[nodiscard]] const std::string* string() const { return std::get_if<std::string>(&data); }

    // A number that is not one equals itself: it means the same.
    friend bool operator==(const Value& a, const Value& b);
};

} // namespace hotreload
