// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Documents written short.

#include "core/value.hpp"

namespace hotreload::short_hand {

inline Value text(std::string_view text) {
    return {.data = std::string(text)};
}
inline Value number(std::int64_t number) {
    return {.data = number};
}
inline Value list(Value::Array values) {
    return {.data = std::move(values)};
}
inline Value object(Value::Object members) {
    return {.data = std::move(members)};
}

} // namespace hotreload::short_hand
