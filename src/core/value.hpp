// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// A document: the tree that a TOML, YAML, JSON, INI or unit file means. Two documents are equal
// when no reader of their format can tell them apart: comments and layout never count; what else
// does not is for the parser of the format to leave out.

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace hotreload {

// A scalar that is more than a value of JSON: a TOML date, a YAML tag, a number that fits no type
// of ours, or one that some readers of the format tell from the same number in another spelling
// (1.10 is a version to them). `text` is as it is written, or in one spelling for all that no
// reader can tell apart.
struct Opaque {
    std::string type; // "date", "time", "datetime", "number", "!vault", kSpelledNumber …
    std::string text;

    bool operator==(const Opaque&) const = default;
};

// A number, a boolean and a null that are written in another way than they usually are. What they
// mean is to be had from plain_value() of document/.
inline constexpr std::string_view kSpelledNumber = "spelled number"; // 1.10, 0x1F, +5
inline constexpr std::string_view kSpelledBool = "spelled boolean";  // True
inline constexpr std::string_view kSpelledNull = "spelled null";     // ~

// Form is what there is to an array or object beside its members.
enum class Form : std::uint8_t {
    Plain,
    Ordered, // the order in which the scalars of this object stand, at any depth, counts
    Stream,  // the documents of one file, which are no list
};

struct Value {
    using Array = std::vector<Value>;
    using Object = std::map<std::string, Value, std::less<>>;
    // Integers are std::int64_t wherever they fit, and std::uint64_t only above it.
    using Data = std::variant<std::nullptr_t, bool, std::int64_t, std::uint64_t, double,
                              std::string, Opaque, Array, Object>;

    Data data = nullptr;
    // The line of the value in its file, from 1; of a member of an object, that of its key. 0: it
    // stands nowhere. The order of what is Ordered is compared by it, and nothing else.
    std::uint32_t line = 0;
    std::uint32_t column = 0;
    Form form = Form::Plain;
    bool typed_key = false; // of a member: its key is no string but a number, a boolean, a tag …

    [[nodiscard]] const Array* array() const { return std::get_if<Array>(&data); }
    [[nodiscard]] const Object* object() const { return std::get_if<Object>(&data); }
    [[nodiscard]] const std::string* string() const { return std::get_if<std::string>(&data); }

    // A number that is not one equals itself: it means the same. -0.0 is not 0.0.
    friend bool operator==(const Value& a, const Value& b);
};

} // namespace hotreload
