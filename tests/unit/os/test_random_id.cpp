// SPDX-License-Identifier: LGPL-2.1-or-later
#include "os/random_id.hpp"

#include <gtest/gtest.h>

#include <set>

namespace hotreload::os {
namespace {

TEST(RandomId, IsAnotherEachTimeInBothHalves) {
    std::set<std::uint64_t> seen;
    for (int i = 0; i < 100; ++i) {
        const auto id = random_id();
        EXPECT_TRUE(seen.insert(id.high).second);
        EXPECT_TRUE(seen.insert(id.low).second);
    }
}

} // namespace
} // namespace hotreload::os
