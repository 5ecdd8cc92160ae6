// SPDX-License-Identifier: LGPL-2.1-or-later
#include "project/barriers.hpp"

#include <algorithm>
#include <iterator>

namespace hotreload::project {

bool Barriers::keep(const std::string& member) {
    if (!known_.contains(member)) {
        auto connected = links_.connected(member);
        Names taken;
        std::ranges::copy_if(connected, std::inserter(taken, taken.end()), is_taken_);
        take(taken);
        known_.merge(connected);
    }
    return kept_.contains(member);
}

void Barriers::take(const Names& members) {
    links_.add_dependents(kept_, members);
}

} // namespace hotreload::project
