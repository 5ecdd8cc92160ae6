// SPDX-License-Identifier: LGPL-2.1-or-later
#include "ipc/varlink/arguments.hpp"

#include <systemd/sd-json.h>

#include <format>
#include <string>
#include <utility>

namespace hotreload::ipc {

namespace {

// nullptr: it was not given, or as null.
sd_json_variant* find(sd_json_variant* parameters, std::string_view name) {
    auto* const found = sd_json_variant_by_key(parameters, std::string(name).c_str());
    return sd_json_variant_is_null(found) ? nullptr : found;
}

Result<Value> value_of(const Parameter& parameter, sd_json_variant* variant) {
    if (parameter.type == 'b' && sd_json_variant_is_boolean(variant))
        return sd_json_variant_boolean(variant) > 0;
    if (parameter.type == 's' && sd_json_variant_is_string(variant))
        return sd_json_variant_string(variant);
    if ((parameter.type == 't' || parameter.type == 'u') && sd_json_variant_is_unsigned(variant))
        return sd_json_variant_unsigned(variant);
    return fail(ErrorCode::Invalid, std::format("parameter \"{}\" is {}", parameter.varlink,
                                                parameter.type == 'b'   ? "a boolean"
                                                : parameter.type == 's' ? "a string"
                                                                        : "a number from 0 on"));
}

} // namespace

Result<Arguments> read_arguments(const Method& method, sd_json_variant* parameters) {
    Arguments arguments;
    for (const auto& parameter : method.parameters) {
        auto* const variant = find(parameters, parameter.varlink);
        if (!variant && parameter.required)
            return fail(ErrorCode::Invalid,
                        std::format("parameter \"{}\" is not given", parameter.varlink));
        if (!variant)
            continue;
        auto taken = value_of(parameter, variant).and_then([&](Value&& value) {
            return parameter.take(arguments, std::move(value));
        });
        if (!taken)
            return std::unexpected(std::move(taken.error()));
    }
    return arguments;
}

bool allows_interaction(sd_json_variant* parameters) {
    auto* const given = find(parameters, "allowInteractiveAuthentication");
    return given && sd_json_variant_boolean(given) > 0;
}

} // namespace hotreload::ipc
