// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "document/json.hpp"
#include "document/parse.hpp"

#include <gtest/gtest.h>

#include <format>

namespace hotreload::short_hand {

inline Value parsed(Format format, std::string_view text, const DocumentLimits& limits = {}) {
    auto value = parse_document(format, text, limits);
    if (!value)
        throw std::runtime_error(to_string(value.error()));
    return *std::move(value);
}

// "2:1: what is wrong", or the document that it is instead.
inline std::string why_not(Format format, std::string_view text,
                           const DocumentLimits& limits = {}) {
    const auto value = parse_document(format, text, limits);
    if (value)
        return to_json(*value);
    const auto& problem = value.error();
    return std::format("{}:{}: {}", problem.line, problem.column, problem.message);
}

// "line:column" of what stands at the keys.
inline std::string place(const Value& root, const KeyPath& path) {
    const Value* value = find(root, path);
    return value ? std::format("{}:{}", value->line, value->column) : "nowhere";
}

inline std::string repeated(std::string_view text, std::size_t times) {
    std::string result;
    for (std::size_t i = 0; i < times; ++i)
        result += text;
    return result;
}

} // namespace hotreload::short_hand
