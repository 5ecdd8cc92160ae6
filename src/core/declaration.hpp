// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Declaration is what a project file says of one member beside the definition that was read: which
// keys stand in it, and where a kind reports what is wrong.

#include "core/definition.hpp"

#include <string>
#include <string_view>

namespace hotreload {

// The type that the value of a key must have.
enum class ValueType {
    String,
    Path, // a string; as a kind's own key made absolute, as everywhere in a project file
    Boolean,
    Integer,
    Table,
    Strings,
    StringOrStrings,
    StringsOrTables,   // an array, all of strings or all of tables
    EachStringOrTable, // an array of strings and tables
    StringsOrTable,
};

// A key of a kind's own.
struct SettingKey {
    std::string_view name;
    ValueType type;
};

class Declaration {
public:
    virtual ~Declaration() = default;

    [[nodiscard]] virtual const MemberDefinition& definition() const = 0;
    // `key` is relative to the member: "ready.http"; "" is the member itself.
    [[nodiscard]] virtual bool has(std::string_view key) const = 0;
    // A problem refuses the file.
    virtual void problem(std::string_view key, std::string message) = 0;
    // A warning is told, and the file is taken.
    virtual void warning(std::string_view key, std::string message) = 0;
};

} // namespace hotreload
