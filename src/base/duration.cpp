// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/duration.hpp"

#include "base/ascii.hpp"

#include <array>
#include <charconv>
#include <cstdint>
#include <format>
#include <limits>
#include <optional>

namespace hotreload {

namespace {

struct Unit {
    std::string_view name;
    std::int64_t usec;
};

constexpr std::int64_t kSecond = 1'000'000;
constexpr std::int64_t kMonth = 2'629'800 * kSecond; // 30.44 days, as systemd counts
constexpr std::int64_t kYear = 31'557'600 * kSecond; // 365.25 days

// Longer spellings first: "m" must not eat the start of "min".
constexpr auto kUnits = std::to_array<Unit>({
    {"seconds", kSecond},
    {"second", kSecond},
    {"sec", kSecond},
    {"s", kSecond},
    {"minutes", 60 * kSecond},
    {"minute", 60 * kSecond},
    {"min", 60 * kSecond},
    {"months", kMonth},
    {"month", kMonth},
    {"M", kMonth},
    {"msec", 1000},
    {"ms", 1000},
    {"m", 60 * kSecond},
    {"hours", 3600 * kSecond},
    {"hour", 3600 * kSecond},
    {"hr", 3600 * kSecond},
    {"h", 3600 * kSecond},
    {"days", 86400 * kSecond},
    {"day", 86400 * kSecond},
    {"d", 86400 * kSecond},
    {"weeks", 604800 * kSecond},
    {"week", 604800 * kSecond},
    {"w", 604800 * kSecond},
    {"years", kYear},
    {"year", kYear},
    {"y", kYear},
    {"usec", 1},
    {"us", 1},
    {"\u03bcs", 1},
    {"\u00b5s", 1},
});

constexpr auto kShown = std::to_array<Unit>({{"w", 604800 * kSecond},
                                             {"d", 86400 * kSecond},
                                             {"h", 3600 * kSecond},
                                             {"min", 60 * kSecond},
                                             {"s", kSecond},
                                             {"ms", 1000},
                                             {"us", 1}});

void skip_space(std::string_view& text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t'))
        text.remove_prefix(1);
}

std::unexpected<Error> bad(std::string_view text) {
    return fail(ErrorCode::Invalid,
                std::format("\"{}\" is not a duration: give numbers with units such as \"250ms\", "
                            "\"2s\" or \"1min 30s\" (us, ms, s, min, h, d, w, month, y)",
                            text));
}

// "12", "1.5", ".5" in front of `text`, times the unit after it; nothing when it is malformed or
// too large.
std::optional<std::int64_t> take_part(std::string_view& text) {
    std::int64_t whole = 0;
    const char* end = text.data() + text.size();
    const bool has_whole = is_digit(text.front());
    if (has_whole) {
        const auto parsed = std::from_chars(text.data(), end, whole);
        if (parsed.ec != std::errc())
            return {};
        text.remove_prefix(static_cast<std::size_t>(parsed.ptr - text.data()));
    }
    std::string_view fraction;
    if (!text.empty() && text.front() == '.') {
        text.remove_prefix(1);
        std::size_t digits = 0;
        while (digits < text.size() && is_digit(text[digits]))
            ++digits;
        fraction = text.substr(0, digits);
        text.remove_prefix(digits);
        if (fraction.empty())
            return {};
    } else if (!has_whole) {
        return {};
    }

    skip_space(text);
    std::int64_t unit = kSecond;
    for (const auto& [name, usec] : kUnits) {
        if (text.starts_with(name)) {
            unit = usec;
            text.remove_prefix(name.size());
            break;
        }
    }

    std::int64_t value = 0;
    if (__builtin_mul_overflow(whole, unit, &value))
        return {};
    std::int64_t scale = unit / 10; // digits that are worth less than a microsecond are dropped
    for (char digit : fraction) {
        if (__builtin_add_overflow(value, (digit - '0') * scale, &value))
            return {};
        scale /= 10;
    }
    return value;
}

} // namespace

Result<Duration> parse_duration(std::string_view text) {
    std::string_view rest = text;
    skip_space(rest);
    if (rest.empty())
        return bad(text);
    if (rest.starts_with("infinity")) {
        rest.remove_prefix(8);
        skip_space(rest);
        return rest.empty() ? Result<Duration>(kInfinity) : bad(text);
    }
    std::int64_t total = 0;
    while (!rest.empty()) {
        const auto part = take_part(rest);
        if (!part || __builtin_add_overflow(total, *part, &total) ||
            total == std::numeric_limits<std::int64_t>::max())
            return bad(text);
        skip_space(rest);
    }
    return Duration(total);
}

std::string format_duration(Duration duration) {
    if (duration == kInfinity)
        return "infinity";
    if (duration.count() < 0)
        return "-" + format_duration(Duration(-duration.count()));
    // Exact: the largest unit whose remainder is a whole number of one smaller unit, and less
    // than the unit above that ("61min 1s", since "1h 1min 1s" has three).
    const std::int64_t usec = duration.count();
    for (std::size_t i = 0; i < kShown.size(); ++i) {
        const auto& [name, unit] = kShown[i];
        if (usec < unit)
            continue;
        const std::int64_t rest = usec % unit;
        if (rest == 0)
            return std::format("{}{}", usec / unit, name);
        for (std::size_t j = i + 1; j < kShown.size(); ++j)
            if (rest % kShown[j].usec == 0 && rest < kShown[j - 1].usec)
                return std::format("{}{} {}{}", usec / unit, name, rest / kShown[j].usec,
                                   kShown[j].name);
    }
    return "0";
}

} // namespace hotreload
