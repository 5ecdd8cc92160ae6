// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/reload_id.hpp"

#include <gtest/gtest.h>

namespace hotreload {
namespace reload_id_test {
namespace {

TEST(ReloadId, IsThirtyTwoDigitsAndReadBack) {
    const ReloadId id{0x00fe000000000001, 0x0123456789abcdef};
    EXPECT_EQ(to_string(id), "00fe0000000000010123456789abcdef");
    EXPECT_EQ(parse_reload_id(to_string(id)), id);
    EXPECT_EQ(to_string(ReloadId()), std::string(32, '0'));
}

TEST(ReloadId, IsNoOtherText) {
    for (const auto* text :
         {"", "7", "0123456789abcdef0123456789abcde", "0123456789abcdef0123456789abcdef0",
          "0123456789ABCDEF0123456789abcdef", "0x23456789abcdef0123456789abcdef",
          "-123456789abcdef0123456789abcdef", " 123456789abcdef0123456789abcdef"})
        EXPECT_EQ(parse_reload_id(text), std::nullopt) << text;
}

TEST(ReloadId, OfNothingIsZero) {
    EXPECT_FALSE(ReloadId());
    EXPECT_TRUE((ReloadId{0, 1}));
    EXPECT_TRUE((ReloadId{1, 0}));
}

} // namespace
} // namespace reload_id_test
} // namespace hotreload
