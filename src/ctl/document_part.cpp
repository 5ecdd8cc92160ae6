// SPDX-License-Identifier: LGPL-2.1-or-later
#include "ctl/document_part.hpp"

#include "base/nearest.hpp"

#include <charconv>
#include <format>
#include <optional>
#include <string_view>
#include <vector>

namespace hotreload::ctl {

namespace {

using Steps = std::vector<std::string>; // an index is one of digits

std::optional<Steps> steps_of_pointer(std::string_view pointer) {
    Steps steps;
    while (!pointer.empty()) {
        pointer.remove_prefix(1);
        std::string step;
        for (; !pointer.empty() && pointer.front() != '/'; pointer.remove_prefix(1)) {
            if (pointer.front() != '~') {
                step += pointer.front();
                continue;
            }
            pointer.remove_prefix(1);
            if (pointer.empty() || (pointer.front() != '0' && pointer.front() != '1'))
                return std::nullopt;
            step += pointer.front() == '0' ? '~' : '/';
        }
        steps.push_back(std::move(step));
    }
    return steps;
}

// Takes the text up to the first character of `ends`, or to the end.
std::string take_until(std::string_view& rest, std::string_view ends) {
    const auto size = std::min(rest.find_first_of(ends), rest.size());
    std::string taken(rest.substr(0, size));
    rest.remove_prefix(size);
    return taken;
}

std::optional<std::string> take_quoted(std::string_view& rest) {
    std::string key;
    rest.remove_prefix(1);
    while (!rest.empty() && rest.front() != '"') {
        if (rest.front() == '\\')
            rest.remove_prefix(1);
        if (rest.empty())
            return std::nullopt;
        key += rest.front();
        rest.remove_prefix(1);
    }
    if (rest.empty())
        return std::nullopt;
    rest.remove_prefix(1);
    return key;
}

std::optional<Steps> steps_of_key(std::string_view key) {
    Steps steps;
    for (bool first = true; !key.empty(); first = false) {
        if (key.front() == '[') {
            key.remove_prefix(1);
            steps.push_back(take_until(key, "]"));
            if (key.empty() || steps.back().empty() ||
                steps.back().find_first_not_of("0123456789") != std::string::npos)
                return std::nullopt;
            key.remove_prefix(1);
            continue;
        }
        if (!first) {
            if (key.front() != '.' || key.size() == 1)
                return std::nullopt;
            key.remove_prefix(1);
        }
        if (key.starts_with('"')) {
            auto quoted = take_quoted(key);
            if (!quoted)
                return std::nullopt;
            steps.push_back(*std::move(quoted));
            continue;
        }
        steps.push_back(take_until(key, ".[\"]"));
        if (steps.back().empty())
            return std::nullopt;
    }
    return steps;
}

const Json* member(const Json& parent, const std::string& step) {
    if (parent.is_object())
        return parent.contains(step) ? &parent.at(step) : nullptr;
    std::size_t index = 0;
    const auto [end, error] = std::from_chars(step.data(), step.data() + step.size(), index);
    const bool number = error == std::errc() && end == step.data() + step.size();
    return parent.is_array() && number && index < parent.size() ? &parent.at(index) : nullptr;
}

// The members that there are in place of the one that is not.
std::string hint(const Json& parent, const std::string& step) {
    if (parent.is_array())
        return std::format("; it is one of {} elements, counted from 0", parent.size());
    if (!parent.is_object())
        return "; what is above it has no members";
    std::vector<std::string_view> names;
    for (const auto& each : parent.object_range())
        names.push_back(each.key());
    const auto near = nearest(step, names);
    return near ? std::format("; did you mean \"{}\"?", *near) : "";
}

} // namespace

Answer<const Json*> find_part(const Json& whole, const std::string& where) {
    const auto steps = where.starts_with('/') ? steps_of_pointer(where) : steps_of_key(where);
    if (!steps)
        return give_up(
            ExitStatus::Usage,
            std::format("\"{}\" is neither a JSON pointer, as /servers/0/name, nor a key, "
                        "as servers[0].name",
                        where));
    const Json* part = &whole;
    for (const auto& step : *steps) {
        const auto* next = member(*part, step);
        if (!next)
            return give_up(ExitStatus::Failed,
                           std::format("there is no {}{}", where, hint(*part, step)));
        part = next;
    }
    return part;
}

} // namespace hotreload::ctl
