// SPDX-License-Identifier: LGPL-2.1-or-later
#include "ipc/varlink/arguments.hpp"

#include <systemd/sd-json.h>

#include <cstdlib>
#include <format>
#include <string>
#include <utility>
#include <vector>

namespace hotreload::ipc {

namespace {

// nullptr: it was not given, or as null.
sd_json_variant* find(sd_json_variant* parameters, std::string_view name) {
    auto* const found = sd_json_variant_by_key(parameters, std::string(name).c_str());
    return sd_json_variant_is_null(found) ? nullptr : found;
}

// A file: its path, and its content as text or, whatever it is, in Base64.
Result<HandedContent> handed_content(sd_json_variant* file) {
    auto* const path = find(file, "path");
    auto* const text = find(file, "text");
    auto* const data = find(file, "data");
    const auto is_string = [](sd_json_variant* each) {
        return !each || sd_json_variant_is_string(each);
    };
    if (!path || !is_string(path) || !is_string(text) || !is_string(data) || !text == !data)
        return fail(ErrorCode::Invalid, "parameter \"files\" is a list of objects, each with "
                                        "\"path\", and either \"text\" or \"data\"");
    HandedContent content{.path = sd_json_variant_string(path), .fd = {}, .bytes = {}};
    if (text) {
        content.bytes = sd_json_variant_string(text);
        return content;
    }
    void* bytes = nullptr;
    std::size_t size = 0;
    if (sd_json_variant_unbase64(data, &bytes, &size) < 0)
        return fail(ErrorCode::Invalid, content.path + ": \"data\" is not Base64");
    content.bytes.assign(static_cast<const char*>(bytes), size);
    std::free(bytes);
    return content;
}

Result<Value> files_of(sd_json_variant* list) {
    if (!sd_json_variant_is_array(list))
        return fail(ErrorCode::Invalid, "parameter \"files\" is a list");
    std::vector<HandedContent> files;
    for (std::size_t i = 0; i < sd_json_variant_elements(list); ++i) {
        auto content = handed_content(sd_json_variant_by_index(list, i));
        if (!content)
            return std::unexpected(std::move(content.error()));
        files.push_back(*std::move(content));
    }
    return files;
}

Result<Value> value_of(const Parameter& parameter, sd_json_variant* variant) {
    if (parameter.type == 'b' && sd_json_variant_is_boolean(variant))
        return sd_json_variant_boolean(variant) > 0;
    if (parameter.type == 's' && sd_json_variant_is_string(variant))
        return sd_json_variant_string(variant);
    if ((parameter.type == 't' || parameter.type == 'u') && sd_json_variant_is_unsigned(variant))
        return sd_json_variant_unsigned(variant);
    if (parameter.type == 'h')
        return files_of(variant);
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
