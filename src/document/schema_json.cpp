// SPDX-License-Identifier: LGPL-2.1-or-later
#include "document/schema_json.hpp"

#include "document/plain_value.hpp"

#include <variant>

namespace hotreload::document {

namespace {

using Json = jsoncons::json;

struct JsonConverter {
    Json operator()(std::nullptr_t) const { return Json::null(); }
    Json operator()(bool flag) const { return Json(flag); }
    Json operator()(std::int64_t number) const { return Json(number); }
    Json operator()(std::uint64_t number) const { return Json(number); }
    Json operator()(double number) const { return Json(number); }
    Json operator()(const std::string& text) const { return Json(text); }

    Json operator()(const Opaque& opaque) const {
        if (const auto plain = plain_value(opaque); !std::get_if<Opaque>(&plain))
            return std::visit(*this, plain);
        if (opaque.type != "number")
            return Json(opaque.text);
        const bool integer = opaque.text.find_first_not_of("-0123456789") == std::string::npos;
        return {opaque.text,
                integer ? jsoncons::semantic_tag::bigint : jsoncons::semantic_tag::bigdec};
    }

    Json operator()(const Value::Array& array) const {
        Json result(jsoncons::json_array_arg);
        result.reserve(array.size());
        for (const auto& each : array)
            result.push_back(to_jsoncons(each));
        return result;
    }

    Json operator()(const Value::Object& object) const {
        Json result(jsoncons::json_object_arg);
        for (const auto& [key, member] : object)
            result.insert_or_assign(key, to_jsoncons(member));
        return result;
    }
};

} // namespace

jsoncons::json to_jsoncons(const Value& value) {
    return std::visit(JsonConverter(), value.data);
}

} // namespace hotreload::document
