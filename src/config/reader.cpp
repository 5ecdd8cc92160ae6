// SPDX-License-Identifier: LGPL-2.1-or-later
#include "config/reader.hpp"

#include "base/nearest.hpp"

#include <algorithm>
#include <format>

namespace hotreload {

namespace {

std::string_view expected(ValueType type) {
    switch (type) {
    case ValueType::String:
    case ValueType::Path:
        return "a string";
    case ValueType::Boolean:
        return "true or false";
    case ValueType::Integer:
        return "an integer";
    case ValueType::Table:
        return "a table";
    case ValueType::Strings:
        return "an array of strings";
    case ValueType::StringOrStrings:
        return "a string or an array of strings";
    case ValueType::StringsOrTables:
    case ValueType::EachStringOrTable:
        return "an array of strings or tables";
    case ValueType::StringsOrTable:
        return "a table or an array of strings";
    }
    return "";
}

bool is_array(ValueType type) {
    return type == ValueType::Strings || type == ValueType::StringsOrTables ||
           type == ValueType::EachStringOrTable;
}

bool is_array_of_tables(const toml::node& value) {
    const auto* const array = value.as_array();
    return array != nullptr && array->is_homogeneous(toml::node_type::table);
}

bool of_type(const toml::node& value, ValueType type) {
    switch (type) {
    case ValueType::String:
    case ValueType::Path:
        return value.is_string();
    case ValueType::Boolean:
        return value.is_boolean();
    case ValueType::Integer:
        return value.is_integer();
    case ValueType::Table:
        return value.is_table();
    case ValueType::StringOrStrings:
        return value.is_string() || value.is_array();
    case ValueType::Strings:
    case ValueType::StringsOrTables:
    case ValueType::EachStringOrTable:
        return value.is_array();
    case ValueType::StringsOrTable:
        return value.is_table() || value.is_array();
    }
    return false;
}

// A C string ends at its first NUL: everything that we hand on is one.
bool check_text(Reading& reading, const std::string& key, const toml::node& value) {
    if (!value.value_or(std::string_view()).contains('\0'))
        return true;
    reading.problem(key, "contains a NUL character");
    return false;
}

} // namespace

std::vector<std::string> Entry::texts() const {
    if (value.is_string())
        return {text()};
    std::vector<std::string> all;
    if (const auto* const array = value.as_array())
        for (const toml::node& each : *array)
            all.push_back(each.value_or(std::string()));
    return all;
}

std::string describe(const toml::node& value) {
    switch (value.type()) {
    case toml::node_type::table:
        return "a table";
    case toml::node_type::array:
        return "an array";
    case toml::node_type::string:
        return "a string";
    case toml::node_type::integer:
        return "an integer";
    case toml::node_type::floating_point:
        return "a float";
    case toml::node_type::boolean:
        return "a boolean";
    case toml::node_type::date:
        return "a date";
    case toml::node_type::time:
        return "a time";
    case toml::node_type::date_time:
        return "a date and time";
    case toml::node_type::none:
        break;
    }
    return "nothing";
}

std::string key_in(const std::string& where, std::string_view name) {
    std::string key;
    key.reserve(where.size() + 1 + name.size());
    return key.append(where).append(where.empty() ? "" : ".").append(name);
}

void unknown_key(Reading& reading, const std::string& key, std::string_view name,
                 const std::string& where, const std::vector<std::string_view>& known,
                 std::span<const std::string_view> later) {
    const std::string place = where.empty() ? "the file" : "[" + where + "]";
    std::string message;
    if (std::ranges::contains(later, name)) {
        message = std::format("key \"{}\" in {} is not supported by this version", name, place);
    } else {
        std::string all;
        for (const std::string_view each : known)
            all += std::format("{}{}", all.empty() ? "" : ", ", each);
        const auto near = nearest(name, known);
        message =
            std::format("unknown key \"{}\" in {}; {}", name, place,
                        near ? std::format("did you mean \"{}\"?", *near) : "there are: " + all);
    }
    reading.problems.push_back(reading.project.problem_at(key, std::move(message)));
}

bool check_type(Reading& reading, const Entry& entry, ValueType type) {
    if (!of_type(entry.value, type)) {
        const bool alone = entry.value.is_string() && is_array(type);
        reading.problem(entry.key,
                        std::format("expected {}, found {}{}", expected(type),
                                    describe(entry.value), alone ? ": write [\"…\"]" : ""));
        return false;
    }
    if (entry.value.is_string())
        return check_text(reading, entry.key, entry.value);
    const auto* const array = entry.value.as_array();
    if (array == nullptr || (type == ValueType::StringsOrTables && is_array_of_tables(entry.value)))
        return true;
    bool good = true;
    for (std::size_t i = 0; i < array->size(); ++i) {
        const toml::node& element = *array->get(i);
        const auto key = key_in(entry.key, std::to_string(i));
        reading.place(key, element.source());
        if (type == ValueType::EachStringOrTable && element.is_table())
            continue;
        if (!element.is_string()) {
            reading.problem(key, std::format("expected a string, found {}", describe(element)));
            good = false;
        } else if (!check_text(reading, key, element)) {
            good = false;
        }
    }
    return good;
}

} // namespace hotreload
