// SPDX-License-Identifier: LGPL-2.1-or-later
#include "ctl/time_text.hpp"

#include "base/duration.hpp"

#include <array>
#include <ctime>
#include <format>
#include <optional>
#include <string_view>

namespace hotreload::ctl {

namespace {

constexpr std::uint64_t kSecond = 1'000'000;

std::tm local(std::uint64_t usec) {
    const auto seconds = static_cast<std::time_t>(usec / kSecond);
    std::tm parts{};
    localtime_r(&seconds, &parts);
    return parts;
}

std::tm utc(std::uint64_t usec) {
    const auto seconds = static_cast<std::time_t>(usec / kSecond);
    std::tm parts{};
    gmtime_r(&seconds, &parts);
    return parts;
}

std::tm midnight(std::tm day) {
    day.tm_hour = day.tm_min = day.tm_sec = 0;
    return day;
}

std::uint64_t usec_of(std::tm parts) {
    parts.tm_isdst = -1;
    return static_cast<std::uint64_t>(std::mktime(&parts)) * kSecond;
}

// Reads all of the text, on the day that `day` has.
std::optional<std::tm> read(const std::string& text, const char* format, std::tm day) {
    const char* end = strptime(text.c_str(), format, &day);
    return end && !*end ? std::optional(day) : std::nullopt;
}

std::string without_ago(std::string text) {
    constexpr std::string_view ago = " ago";
    if (text.starts_with('-'))
        text.erase(0, 1);
    else if (text.ends_with(ago))
        text.resize(text.size() - ago.size());
    return text;
}

} // namespace

Answer<std::uint64_t> parse_time(const std::string& text, std::uint64_t now_usec) {
    const auto today = midnight(local(now_usec));
    if (text == "now")
        return now_usec;
    if (text == "today")
        return usec_of(today);
    if (text == "yesterday") {
        auto day = today;
        --day.tm_mday;
        return usec_of(day);
    }
    for (const char* format :
         {"%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d", "%H:%M:%S", "%H:%M"})
        if (const auto parts = read(text, format, today))
            return usec_of(*parts);
    const auto back = parse_duration(without_ago(text));
    if (!back || *back < Duration::zero())
        return give_up(ExitStatus::Usage,
                       std::format("\"{}\" is no point in time: \"2026-11-30 14:03\", \"14:03\", "
                                   "\"today\", \"1h ago\"",
                                   text));
    const auto usec = static_cast<std::uint64_t>(back->count());
    return usec > now_usec ? 0 : now_usec - usec;
}

std::string show_time(std::uint64_t usec, TimeForm form) {
    constexpr std::array months = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const auto parts = form == TimeForm::Utc ? utc(usec) : local(usec);
    const auto time = std::format("{:02}:{:02}:{:02}", parts.tm_hour, parts.tm_min, parts.tm_sec);
    switch (form) {
    case TimeForm::Clock:
        return std::format("{}.{:06}", time, usec % kSecond);
    case TimeForm::Log:
        return std::format("{} {:02} {}", months.at(static_cast<std::size_t>(parts.tm_mon)),
                           parts.tm_mday, time);
    case TimeForm::Date:
    case TimeForm::Utc:
        break;
    }
    return std::format("{:04}-{:02}-{:02} {}{}", parts.tm_year + 1900, parts.tm_mon + 1,
                       parts.tm_mday, time, form == TimeForm::Utc ? " UTC" : "");
}

} // namespace hotreload::ctl
