// SPDX-License-Identifier: LGPL-2.1-or-later
#include "ipc/present/definition.hpp"

#include "base/utf8.hpp"
#include "core/key_path.hpp"

#include <jsoncons/json.hpp>

namespace hotreload::ipc {

namespace {

jsoncons::ojson operation(const char* op, const std::string& name) {
    jsoncons::ojson step;
    step["op"] = op;
    step["path"] = to_pointer({to_utf8(name)});
    return step;
}

} // namespace

std::string definition_json(const ServiceDefinition& definition) {
    jsoncons::ojson json(jsoncons::json_object_arg);
    for (const auto& [name, value] : shown_fields(definition))
        json[to_utf8(name)] = to_utf8(value);
    return json.to_string();
}

std::string patch_json(const ServiceDefinition& before, const ServiceDefinition& after) {
    jsoncons::ojson patch(jsoncons::json_array_arg);
    const auto old = shown_fields(before);
    const auto now = shown_fields(after);
    // diff_definitions knows of secret values that differ although they are shown alike.
    for (const auto& change : diff_definitions(before, after)) {
        const auto value = now.find(change.subject);
        const bool existed = old.contains(change.subject);
        auto step = operation(value == now.end() ? "remove"
                              : existed          ? "replace"
                                                 : "add",
                              change.subject);
        if (value != now.end())
            step["value"] = to_utf8(value->second);
        patch.push_back(std::move(step));
    }
    return patch.to_string();
}

} // namespace hotreload::ipc
