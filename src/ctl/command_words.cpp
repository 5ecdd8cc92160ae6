// SPDX-License-Identifier: LGPL-2.1-or-later
#include "ctl/command_words.hpp"

#include <format>
#include <string_view>
#include <utility>

namespace hotreload::ctl {

namespace {

// "--lines = x" → ("--lines", "x")
std::pair<std::string, std::string> split(std::string_view text, std::string_view at) {
    const auto found = text.find(at);
    if (found == std::string_view::npos)
        return {std::string(text), ""};
    return {std::string(text.substr(0, found)), std::string(text.substr(found + at.size()))};
}

std::string with_spaces(std::string list) {
    for (auto at = list.find(','); at != std::string::npos; at = list.find(',', at + 2))
        list.replace(at, 1, ", ");
    return list;
}

template <class Kind>
bool is(const CLI::ParseError& error) {
    return dynamic_cast<const Kind*>(&error) != nullptr;
}

} // namespace

std::string describe_mistake(const CLI::ParseError& error) {
    std::string text = error.what();
    if (is<CLI::ConversionError>(error)) {
        const auto [option, value] = split(split(text, ": ").second, " = ");
        return std::format("{}: \"{}\" is not a number", option, value);
    }
    if (is<CLI::ValidationError>(error)) {
        const auto [option, what] = split(text, ": ");
        const auto [value, list] = split(what, " not in {");
        return list.empty() ? text
                            : std::format("{}: \"{}\" is none of {}", option, value,
                                          with_spaces(list.substr(0, list.find('}'))));
    }
    if (is<CLI::ExcludesError>(error)) {
        auto [one, other] = split(text, " excludes ");
        if (other < one) // whichever the parser came to first
            std::swap(one, other);
        return std::format("{} and {} exclude each other", one, other);
    }
    if (is<CLI::RequiresError>(error)) {
        const auto [one, other] = split(text, " requires ");
        return std::format("{} goes with {} only", one, other);
    }
    if (is<CLI::RequiredError>(error))
        return split(text, " is required").first + " is missing";
    if (is<CLI::ArgumentMismatch>(error))
        return split(text, ":").first + " needs a value";
    return text;
}

} // namespace hotreload::ctl
