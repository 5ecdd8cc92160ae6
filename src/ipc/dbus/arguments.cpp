// SPDX-License-Identifier: LGPL-2.1-or-later
#include "ipc/dbus/arguments.hpp"

#include "base/nearest.hpp"

#include <algorithm>
#include <format>
#include <ranges>
#include <string_view>
#include <utility>

namespace hotreload::ipc {

namespace {

bool is_option(const Parameter& parameter) {
    return parameter.place == Parameter::Place::Option;
}

Error unknown_option(const Method& method, std::string_view name) {
    std::vector<std::string_view> known;
    for (const auto& each : method.parameters | std::views::filter(is_option))
        known.push_back(each.name);
    auto message = std::format("unknown option \"{}\"", name);
    if (known.empty())
        return {ErrorCode::Invalid, message + ": the method takes none"};
    std::string hint = "the options are ";
    if (const auto near = nearest(name, known))
        hint = std::format("did you mean \"{}\"?; {}", *near, hint);
    for (const auto each : known)
        hint += std::format("{}\"{}\"", each == known.front() ? "" : ", ", each);
    return {ErrorCode::Invalid, std::move(message), std::move(hint)};
}

Result<> take_option(const Method& method, std::string_view name, const sdbus::Variant& value,
                     Arguments& arguments) {
    auto options = method.parameters | std::views::filter(is_option);
    const auto found = std::ranges::find(options, name, &Parameter::name);
    if (found == options.end())
        return std::unexpected(unknown_option(method, name));
    const std::string type(1, found->type);
    if (const std::string_view given = value.peekValueType(); given != type)
        return fail(ErrorCode::Invalid,
                    std::format("option \"{}\" is {} ({}), not {}", name,
                                type == "b" ? "a boolean" : "a string", type, given));
    return found->take(arguments,
                       type == "b" ? Value(value.get<bool>()) : Value(value.get<std::string>()));
}

} // namespace

Result<Arguments> read_arguments(const Method& method, std::vector<Value> given,
                                 const OptionMap& options) {
    Arguments arguments;
    auto value = given.begin();
    for (const auto& parameter : method.parameters)
        if (!is_option(parameter))
            if (auto taken = parameter.take(arguments, std::move(*value++)); !taken)
                return std::unexpected(std::move(taken.error()));
    for (const auto& [name, option] : options)
        if (auto taken = take_option(method, name, option, arguments); !taken)
            return std::unexpected(std::move(taken.error()));
    return arguments;
}

} // namespace hotreload::ipc
