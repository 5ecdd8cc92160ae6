// SPDX-License-Identifier: LGPL-2.1-or-later
#include "config/words.hpp"

#include "base/nearest.hpp"
#include "base/signal.hpp"

#include <algorithm>
#include <array>
#include <csignal>
#include <format>
#include <vector>

namespace hotreload {

namespace {

constexpr auto kStrategies = std::to_array<std::string_view>(
    {"auto", "none", "reload", "swap", "restart", "manual", "manual-restart"});
constexpr auto kTypes = std::to_array<std::string_view>(
    {"simple", "exec", "notify", "notify-reload", "oneshot", "forking"});
constexpr auto kFormats =
    std::to_array<std::string_view>({"toml", "yaml", "json", "jsonc", "ini", "unit", "bytes"});
constexpr auto kOtherUnits =
    std::to_array<std::string_view>({".socket", ".device", ".mount", ".automount", ".swap",
                                     ".target", ".path", ".timer", ".slice", ".scope"});

std::unexpected<Error> unknown(std::string_view word, std::span<const std::string_view> known) {
    std::string all;
    for (const std::string_view each : known)
        all += std::format("{}\"{}\"", all.empty() ? "" : ", ", each);
    return fail(ErrorCode::Invalid, std::format("expected one of {}, found \"{}\"", all, word));
}

} // namespace

Result<std::optional<Strategy>> strategy_word(std::string_view word) {
    if (word == "auto")
        return std::nullopt;
    if (std::ranges::contains(kStrategies, word))
        return parse_strategy(word);
    return unknown(word, kStrategies);
}

Result<Format> format_word(std::string_view word) {
    if (const auto format = parse_format(word))
        return *format;
    return unknown(word, kFormats);
}

Result<ServiceType> service_type_word(std::string_view word) {
    if (const auto type = parse_service_type(word))
        return *type;
    return unknown(word, kTypes);
}

Result<int> signal_word(std::string_view word) {
    const auto signal = parse_signal(word);
    if (signal == SIGKILL || signal == SIGSTOP)
        return fail(ErrorCode::Invalid,
                    std::format("{} cannot be caught by the service", signal_name(*signal)));
    if (signal)
        return *signal;
    const auto near = nearest(word.starts_with("SIG") ? word.substr(3) : word, signal_names());
    return fail(ErrorCode::Invalid,
                std::format("unknown signal \"{}\"{}", word,
                            near ? std::format("; did you mean \"SIG{}\"?", *near) : ""));
}

Result<std::string> service_unit_name(std::string_view word) {
    const auto legal = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               std::string_view(":-_.\\@").contains(c);
    };
    for (const std::string_view suffix : kOtherUnits)
        if (word.ends_with(suffix))
            return fail(ErrorCode::Invalid,
                        std::format("\"{}\" is not a service: only units that end in "
                                    "\".service\" can be attached",
                                    word));
    std::string name(word);
    if (!name.ends_with(".service"))
        name += ".service";
    const std::string_view stem = std::string_view(name).substr(0, name.size() - 8);
    if (stem.empty() || stem.starts_with('.') || stem.starts_with('@') || name.size() > 255 ||
        !std::ranges::all_of(name, legal))
        return fail(ErrorCode::Invalid, std::format("\"{}\" is not a valid unit name", word));
    if (stem.ends_with('@'))
        return fail(ErrorCode::Invalid,
                    std::format("\"{}\" is a template: name one of its instances", word));
    return name;
}

} // namespace hotreload
