// SPDX-License-Identifier: LGPL-2.1-or-later
#include "ctl/option_values.hpp"

#include <algorithm>
#include <charconv>
#include <format>
#include <utility>

namespace hotreload::ctl {

CLI::Validator whole_number(std::uint64_t least) {
    return {[least](const std::string& text) -> std::string {
                std::uint64_t number = 0;
                const auto* const end = text.data() + text.size();
                const auto [read_to, error] = std::from_chars(text.data(), end, number);
                if (read_to != end || error != std::errc())
                    return std::format("\"{}\" is not a number", text);
                return number < least ? std::format("it is {} at least", least) : "";
            },
            ""};
}

CLI::Validator one_of(std::vector<std::string> words) {
    return {[words = std::move(words)](const std::string& text) -> std::string {
                if (std::ranges::contains(words, text))
                    return "";
                auto wrong = std::format("\"{}\" is none of {}", text, words.front());
                for (std::size_t i = 1; i < words.size(); ++i)
                    wrong += ", " + words[i];
                return wrong;
            },
            ""};
}

} // namespace hotreload::ctl
