// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/live_properties.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <format>
#include <limits>
#include <optional>

namespace hotreload {

namespace {

using LiveData = decltype(LiveValue::value);
using Parsed = std::optional<LiveValue>; // nothing: systemd would not take the text

constexpr std::uint64_t kUnset = std::numeric_limits<std::uint64_t>::max(); // and "infinity"

std::optional<std::uint64_t> whole_number(std::string_view text) {
    std::uint64_t number = 0;
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
    if (text.empty() || parsed.ec != std::errc() || parsed.ptr != text.data() + text.size())
        return {};
    return number;
}

// "20%", "20.5%", "20.55%", "205‰", "2055‱" as parts of 10 000.
std::optional<std::uint64_t> permyriad(std::string_view text) {
    std::size_t places = 2;
    if (text.ends_with("%"))
        text.remove_suffix(1);
    else if (text.ends_with("‰"))
        places = 1, text.remove_suffix(std::string_view("‰").size());
    else if (text.ends_with("‱"))
        places = 0, text.remove_suffix(std::string_view("‱").size());
    else
        return {};
    std::string digits(text);
    if (const std::size_t dot = text.find('.'); dot != std::string_view::npos) {
        const std::string_view fraction = text.substr(dot + 1);
        if (dot == 0 || fraction.empty() || fraction.size() > places)
            return {};
        digits = std::string(text.substr(0, dot)) + std::string(fraction);
        places -= fraction.size();
    }
    digits.append(places, '0');
    const auto number = whole_number(digits);
    // systemd counts in int
    return number && *number <= std::numeric_limits<int>::max() ? number : std::nullopt;
}

std::string_view take_digits(std::string_view& text) {
    const auto end = std::ranges::find_if(text, [](char c) { return c < '0' || c > '9'; });
    const auto digits = text.substr(0, static_cast<std::size_t>(end - text.begin()));
    text.remove_prefix(digits.size());
    return digits;
}

void skip_space(std::string_view& text) {
    while (text.starts_with(' '))
        text.remove_prefix(1);
}

// "1.5G" in front of `text`; `order` is the index of the largest suffix allowed, and moves on.
std::optional<std::uint64_t> take_bytes(std::string_view& text, std::size_t& order) {
    constexpr std::string_view suffixes = "EPTGMKB";
    const auto number = whole_number(take_digits(text));
    if (!number)
        return {};
    std::string_view fraction;
    if (text.starts_with('.')) {
        text.remove_prefix(1);
        fraction = take_digits(text);
    }
    skip_space(text);
    std::size_t suffix = suffixes.size() - 1; // bytes, when a number follows or nothing
    if (!text.empty() && (text.front() < '0' || text.front() > '9')) {
        suffix = suffixes.find(text.front());
        if (suffix == std::string_view::npos)
            return {};
        text.remove_prefix(1);
    }
    if (suffix < order)
        return {};
    order = suffix + 1;

    const std::uint64_t factor = std::uint64_t(1) << (10 * (suffixes.size() - 1 - suffix));
    long double rest = 0;
    long double scale = static_cast<long double>(factor) / 10;
    for (const char digit : fraction) {
        rest += scale * static_cast<long double>(digit - '0');
        scale /= 10;
    }
    std::uint64_t value = 0;
    if (__builtin_mul_overflow(*number, factor, &value) ||
        __builtin_add_overflow(value, static_cast<std::uint64_t>(rest), &value))
        return {};
    return value;
}

// "512M", "1.5G", "1G 512M": base 1024, each suffix smaller than the one before.
std::optional<std::uint64_t> bytes(std::string_view text) {
    std::uint64_t total = 0;
    std::size_t order = 0;
    if (text.empty())
        return {};
    while (!text.empty()) {
        const auto part = take_bytes(text, order);
        if (!part || __builtin_add_overflow(total, *part, &total))
            return {};
        skip_space(text);
    }
    return total < kUnset ? std::optional(total) : std::nullopt;
}

Parsed cpu_weight(std::string_view property, std::string_view text) {
    if (text == "idle")
        return LiveValue{std::string(property), std::uint64_t(0)};
    const auto weight = whole_number(text);
    return weight && *weight >= 1 && *weight <= 10000
               ? Parsed(LiveValue{std::string(property), *weight})
               : std::nullopt;
}

Parsed io_weight(std::string_view property, std::string_view text) {
    return text == "idle" ? std::nullopt : cpu_weight(property, text);
}

Parsed cpu_quota(std::string_view property, std::string_view text) {
    const auto parts = permyriad(text);
    if (!parts || *parts == 0)
        return {};
    return LiveValue{std::string(property), *parts * 1'000'000 / 10'000};
}

LiveValue scaled(std::string_view property, std::uint64_t parts) {
    const std::uint64_t full = std::numeric_limits<std::uint32_t>::max();
    return {std::string(property) + "Scale",
            static_cast<std::uint32_t>((parts * full + 5'000) / 10'000)};
}

// Bytes; a percentage goes by another property, relative to the machine's memory.
Parsed memory(std::string_view property, std::string_view text, std::uint64_t least) {
    if (text == "infinity")
        return LiveValue{std::string(property), kUnset};
    if (const auto parts = permyriad(text))
        return *parts <= 10'000 && *parts >= least ? Parsed(scaled(property, *parts))
                                                   : std::nullopt;
    const auto number = bytes(text);
    return number && *number >= least ? Parsed(LiveValue{std::string(property), *number})
                                      : std::nullopt;
}

Parsed memory_limit(std::string_view property, std::string_view text) {
    return memory(property, text, 1);
}

Parsed memory_protection(std::string_view property, std::string_view text) {
    return memory(property, text, 0);
}

// A percentage is of the system's limit, and systemd takes all of it only as "infinity".
Parsed tasks_max(std::string_view property, std::string_view text) {
    if (text == "infinity")
        return LiveValue{std::string(property), kUnset};
    if (const auto parts = permyriad(text))
        return *parts > 0 && *parts < 10'000 ? Parsed(scaled(property, *parts)) : std::nullopt;
    const auto number = whole_number(text);
    return number && *number >= 1 ? Parsed(LiveValue{std::string(property), *number})
                                  : std::nullopt;
}

// A unit file expands specifiers ("%n"), a property is taken as it is.
Parsed plain_text(std::string_view property, std::string_view text) {
    return text.contains('%') ? std::nullopt
                              : Parsed(LiveValue{std::string(property), std::string(text)});
}

struct Row {
    std::string_view directive;
    std::string_view property;
    Parsed (*parse)(std::string_view property, std::string_view text);
    std::optional<std::uint64_t> removed; // its default; nothing: only a new start knows it
};

constexpr auto kRows = std::to_array<Row>({
    {"CPUWeight", "CPUWeight", cpu_weight, kUnset},
    {"StartupCPUWeight", "StartupCPUWeight", cpu_weight, kUnset},
    {"CPUQuota", "CPUQuotaPerSecUSec", cpu_quota, kUnset},
    {"IOWeight", "IOWeight", io_weight, kUnset},
    {"StartupIOWeight", "StartupIOWeight", io_weight, kUnset},
    {"MemoryMin", "MemoryMin", memory_protection, 0},
    {"MemoryLow", "MemoryLow", memory_protection, 0},
    {"MemoryHigh", "MemoryHigh", memory_limit, kUnset},
    {"MemoryMax", "MemoryMax", memory_limit, kUnset},
    {"MemorySwapMax", "MemorySwapMax", memory_protection, kUnset},
    {"MemoryZSwapMax", "MemoryZSwapMax", memory_protection, kUnset},
    {"TasksMax", "TasksMax", tasks_max, {}}, // the manager's DefaultTasksMax=
    {"Description", "Description", plain_text, {}},
});

const Row* find(std::string_view directive) {
    const auto row = std::ranges::find(kRows, directive, &Row::directive);
    return row == kRows.end() ? nullptr : row;
}

} // namespace

bool is_live_property(std::string_view directive) {
    return find(directive) != nullptr;
}

Result<LiveValue> parse_live_property(std::string_view directive,
                                      std::span<const std::string> values) {
    const Row* row = find(directive);
    if (row == nullptr)
        return fail(ErrorCode::Invalid,
                    std::format("{} cannot be changed on a running unit", directive));
    // The last of several lines counts, and an empty one resets: as in a unit file.
    if (values.empty() || values.back().empty()) {
        if (row->removed)
            return LiveValue{std::string(row->property), *row->removed};
        return fail(ErrorCode::Invalid,
                    std::format("the default of {} takes a restart to come back", directive));
    }
    if (auto value = row->parse(row->property, values.back()))
        return *std::move(value);
    return fail(ErrorCode::Invalid,
                std::format("{}={} cannot be set on a running unit", directive, values.back()));
}

std::vector<std::string_view> live_property_names() {
    std::vector<std::string_view> names;
    for (const Row& row : kRows)
        names.push_back(row.directive);
    return names;
}

} // namespace hotreload
