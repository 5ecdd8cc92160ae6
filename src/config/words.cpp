// SPDX-License-Identifier: LGPL-2.1-or-later
#include "config/words.hpp"

#include "base/ascii.hpp"
#include "base/nearest.hpp"
#include "base/signal.hpp"
#include "core/names.hpp"

#include <algorithm>
#include <array>
#include <csignal>
#include <format>
#include <utility>
#include <vector>

namespace hotreload {

namespace {

constexpr auto kStrategies = std::to_array<std::string_view>(
    {"auto", "none", "reload", "swap", "restart", "manual", "manual-restart"});
constexpr auto kTypes = std::to_array<std::string_view>(
    {"simple", "exec", "notify", "notify-reload", "oneshot", "forking"});
constexpr auto kFormats =
    std::to_array<std::string_view>({"toml", "yaml", "json", "jsonc", "ini", "unit", "bytes"});
// Types of units that cannot be attached, and what to do instead.
constexpr auto kOtherUnits = std::to_array<std::pair<std::string_view, std::string_view>>({
    {".socket", "a socket is not restarted while its service runs: attach the service that it "
                "starts"},
    {".mount", "a mount is no service: give a service of the project a command that mounts it "
               "again, with type = \"oneshot\""},
    {".automount", "attach the service that uses what is mounted"},
    {".swap", "it is no service"},
    {".device", "it is the kernel's: attach the service that uses it"},
    {".target", "a target only groups units: attach the services that it wants, each by itself"},
    {".slice", "a slice only groups units: attach the services in it, each by itself"},
    {".scope", "systemd did not start what is in it, and cannot start it again"},
});

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
        return parse_word<Strategy>(word);
    return unknown(word, kStrategies);
}

Result<Format> format_word(std::string_view word) {
    if (const auto format = parse_word<Format>(word))
        return *format;
    return unknown(word, kFormats);
}

Result<ServiceType> service_type_word(std::string_view word) {
    if (const auto type = parse_word<ServiceType>(word))
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

Result<std::string> attached_unit_name(std::string_view word) {
    const auto legal = [](char c) {
        return is_letter(c) || is_digit(c) || std::string_view(":-_.\\@").contains(c);
    };
    for (const auto& [suffix, instead] : kOtherUnits)
        if (word.ends_with(suffix))
            return fail(ErrorCode::Invalid,
                        std::format("\"{}\" cannot be attached: {}", word, instead));
    std::string name(word);
    if (!name.ends_with(".service") && !restarted_only(name))
        name += ".service";
    const std::string_view stem = std::string_view(name).substr(0, name.rfind('.'));
    const bool instances = stem.ends_with("@*");
    const auto plain = instances ? stem.substr(0, stem.size() - 1) : stem;
    if (plain.contains('*'))
        return fail(
            ErrorCode::Invalid,
            std::format("\"{}\": \"*\" stands for all instances of a template, \"NAME@*.service\", "
                        "and for nothing else",
                        word));
    if (stem.empty() || stem.starts_with('.') || stem.starts_with('@') || name.size() > 255 ||
        !std::ranges::all_of(plain, legal))
        return fail(ErrorCode::Invalid, std::format("\"{}\" is not a valid unit name", word));
    if (stem.ends_with('@'))
        return fail(ErrorCode::Invalid,
                    std::format("\"{}\" is a template: name one of its instances, or all of them "
                                "as \"{}*{}\"",
                                word, stem, name.substr(stem.size())));
    return name;
}

} // namespace hotreload
