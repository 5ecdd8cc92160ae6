// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/signal.hpp"

#include <charconv>
#include <csignal>
#include <cstring>

namespace hotreload {

namespace {

constexpr std::string_view kRealTime = "RTMIN+";

}

std::string signal_name(int signal) {
    if (const char* const name = ::sigabbrev_np(signal))
        return "SIG" + std::string(name);
    if (signal >= SIGRTMIN && signal <= SIGRTMAX)
        return "SIG" + std::string(kRealTime) + std::to_string(signal - SIGRTMIN);
    return "signal " + std::to_string(signal);
}

std::optional<int> parse_signal(std::string_view word) {
    if (word.starts_with("SIG"))
        word.remove_prefix(3);
    for (int each = 1; each < SIGRTMIN; ++each)
        if (const char* const name = ::sigabbrev_np(each); name && word == name)
            return each;
    if (word == "RTMIN")
        return SIGRTMIN;
    if (word == "RTMAX")
        return SIGRTMAX;
    if (!word.starts_with(kRealTime))
        return std::nullopt;
    word.remove_prefix(kRealTime.size());
    int offset = 0;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), offset);
    if (error != std::errc{} || end != word.data() + word.size() || offset < 0 ||
        offset > SIGRTMAX - SIGRTMIN)
        return std::nullopt;
    return SIGRTMIN + offset;
}

std::vector<std::string_view> signal_names() {
    std::vector<std::string_view> names;
    for (int each = 1; each < SIGRTMIN; ++each)
        if (const char* const name = ::sigabbrev_np(each))
            names.emplace_back(name);
    return names;
}

} // namespace hotreload
