// SPDX-License-Identifier: LGPL-2.1-or-later
#include "document/schema_json.hpp"

namespace hotreload::document {

namespace {

using jsoncons::json;

struct JsonConverter {
    json operator()(std::nullptr_t) const { return json::null(); }
    json operator()(bool flag) const { return json(flag); }
    json operator()(std::int64_t number) const { return json(number); }
    json operator()(std::uint64_t number) const { return json(number); }
    json operator()(double number) const { return json(number); }
    json operator()(const std::string& text) const { return json(text); }

    json operator()(const Opaque& opaque) const {
        if (opaque.type != "number")
            return json(opaque.text);
        const bool integer = opaque.text.find_first_not_of("-0123456789") == std::string::npos;
        return {opaque.text,
                integer ? jsoncons::semantic_tag::bigint : jsoncons::semantic_tag::bigdec};
    }

    json operator()(const Value::Array& array) const {
        json result(jsoncons::json_array_arg);
        result.reserve(array.size());
        for (const auto& each : array)
            result.push_back(to_jsoncons(each));
        return result;
    }

    json operator()(const Value::Object& object) const {
        json result(jsoncons::json_object_arg);
        for (const auto& [key, member] : object)
            result.insert_or_assign(key, to_jsoncons(member));
        return result;
    }
};

} // namespace

json to_jsoncons(const Value& value) {
    return std::visit(JsonConverter(), value.data);
}

} // namespace hotreload::document
