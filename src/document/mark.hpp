// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Marks: what a YAML array or object has beside its members and what has to make a difference, a
// tag and the %YAML directive of its document. yaml.cpp puts them among the members, as one more
// element at the end or under a key of their own text; whoever counts or shows members passes them
// over.

#include "core/value.hpp"

#include <string>
#include <string_view>
#include <utility>

namespace hotreload::document {

inline constexpr std::string_view kMark = "mark"; // a type that no scalar has

// `text` is as people write it: "!vault", "%YAML 1.1".
inline Opaque mark(std::string text) {
    return {std::string(kMark), std::move(text)};
}

inline bool is_mark(const Value& value) {
    const auto* opaque = std::get_if<Opaque>(&value.data);
    return opaque && opaque->type == kMark;
}

} // namespace hotreload::document
