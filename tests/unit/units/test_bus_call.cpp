// SPDX-License-Identifier: LGPL-2.1-or-later
#include "units/bus_call.hpp"

#include <gtest/gtest.h>

namespace hotreload::units {

TEST(BusCall, ADescriptorThatCannotBeDuplicatedIsAnError) {
    constexpr int nobodys = 1'000'000;
    const auto duplicated = guarded([] { return sdbus::UnixFd(nobodys); });
    ASSERT_FALSE(duplicated);
    const auto error = to_error(duplicated.error());
    EXPECT_EQ(error.code, ErrorCode::Failed);
    EXPECT_TRUE(error.message.contains("Bad file descriptor")) << error.message;
}

} // namespace hotreload::units
