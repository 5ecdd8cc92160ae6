// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/value.hpp"

#include <cmath>

namespace hotreload {

bool operator==(const Value& a, const Value& b) {
    if (const auto* x = std::get_if<double>(&a.data))
        if (const auto* y = std::get_if<double>(&b.data))
            return *x == *y || (std::isnan(*x) && std::isnan(*y));
    return a.data == b.data;
}

} // namespace hotreload
