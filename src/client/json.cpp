// SPDX-License-Identifier: LGPL-2.1-or-later
#include "client/json.hpp"

namespace hotreload::client {

std::optional<Json> parse_json(std::string_view text) {
    jsoncons::json_options as_written;
    as_written.lossless_number(true);
    try {
        return Json::parse(text, as_written);
    } catch (const jsoncons::ser_error&) {
        return {};
    }
}

std::string text_of(const Json& object, std::string_view key) {
    if (!object.is_object() || !object.contains(key) || !object.at(key).is_string())
        return {};
    return object.at(key).as<std::string>();
}

std::uint64_t number_of(const Json& object, std::string_view key) {
    if (!object.is_object() || !object.contains(key) || !object.at(key).is<std::uint64_t>())
        return 0;
    return object.at(key).as<std::uint64_t>();
}

bool flag_of(const Json& object, std::string_view key) {
    return object.is_object() && object.contains(key) && object.at(key).is_bool() &&
           object.at(key).as_bool();
}

Problem problem_in(const Json& object) {
    return {text_of(object, "path"), static_cast<unsigned>(number_of(object, "line")),
            static_cast<unsigned>(number_of(object, "column")), text_of(object, "message")};
}

const Json& array_of(const Json& object, std::string_view key) {
    static const Json empty(jsoncons::json_array_arg);
    if (!object.is_object() || !object.contains(key) || !object.at(key).is_array())
        return empty;
    return object.at(key);
}

} // namespace hotreload::client
