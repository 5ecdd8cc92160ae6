// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// The number of allocations of an action: a measure of its work that is the same on each machine
// and in each run, for tests that ten times as many members cost about ten times as much. A program
// that includes this links allocations.cpp.

#include <cstddef>

namespace hotreload::test {

std::size_t allocations(); // since the program began

template <class Action>
std::size_t allocations_of(Action action) {
    const auto before = allocations();
    action();
    return allocations() - before;
}

} // namespace hotreload::test
