// SPDX-License-Identifier: LGPL-2.1-or-later
#include "ipc/present/definition.hpp"

#include "base/utf8.hpp"
#include "core/change.hpp"
#include "core/key_path.hpp"

#include <jsoncons/json.hpp>

#include <map>
#include <utility>
#include <vector>

namespace hotreload::ipc {

namespace {

using Fields = std::map<std::string, std::string>;

std::string to_json(const Fields& fields) {
    jsoncons::ojson json(jsoncons::json_object_arg);
    for (const auto& [name, value] : fields)
        json[to_utf8(name)] = to_utf8(value);
    return json.to_string();
}

std::string patch_json(const std::vector<KeyStep>& keys, const std::vector<std::string>& names,
                       const Fields& now) {
    jsoncons::ojson patch(jsoncons::json_array_arg);
    for (std::size_t i = 0; i < keys.size(); ++i) {
        jsoncons::ojson step;
        step["op"] = std::string(to_string(keys[i].operation));
        step["path"] = keys[i].pointer;
        if (const auto value = now.find(names[i]); value != now.end())
            step["value"] = to_utf8(value->second);
        patch.push_back(std::move(step));
    }
    return patch.to_string();
}

std::size_t size_of(const Fields& fields) {
    std::size_t bytes = 0;
    for (const auto& [name, value] : fields)
        bytes += name.size() + value.size();
    return bytes;
}

} // namespace

ConfigChange definition_change(const std::string& project, const MemberDefinition& before,
                               const MemberDefinition& after) {
    auto old = shown_fields(before);
    auto now = shown_fields(after);
    using Kind = PatchOperation::Kind;
    std::vector<KeyStep> keys;
    std::vector<std::string> names;
    // diff_definitions knows of secret values that differ although they are shown alike.
    for (const auto& change : diff_definitions(before, after)) {
        keys.push_back({!now.contains(change.subject)  ? Kind::Remove
                        : old.contains(change.subject) ? Kind::Replace
                                                       : Kind::Add,
                        to_pointer({to_utf8(change.subject)})});
        names.push_back(change.subject);
    }
    const auto bytes = size_of(old) + size_of(now);
    return {.project = project,
            .name = after.name,
            .keys = keys,
            .texts =
                [old = std::move(old), now = std::move(now), keys, names = std::move(names)] {
                    return finished(ConfigChange::Texts{to_json(old), to_json(now),
                                                        patch_json(keys, names, now)});
                },
            .bytes = bytes};
}

} // namespace hotreload::ipc
