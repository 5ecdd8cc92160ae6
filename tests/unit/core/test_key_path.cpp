// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/key_path.hpp"
#include "values.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace hotreload {
namespace key_path_test {

using namespace short_hand;

constexpr std::size_t operator""_i(unsigned long long index) {
    return index;
}

TEST(KeyPath, IsWrittenAsPeopleDo) {
    EXPECT_EQ(to_key({}), "");
    EXPECT_EQ(to_key({"servers", 0_i, "weight"}), "servers[0].weight");
    EXPECT_EQ(to_key({0_i, 1_i, "a"}), "[0][1].a");
    EXPECT_EQ(to_key({"with space", "größe"}), "with space.größe");
}

TEST(KeyPath, QuotesAKeyThatWouldBeReadAsMore) {
    EXPECT_EQ(to_key({"log", "a.b"}), "log.\"a.b\"");
    EXPECT_EQ(to_key({""}), "\"\"");
    EXPECT_EQ(to_key({"a[0]"}), "\"a[0]\"");
    EXPECT_EQ(to_key({"say \"hi\\\""}), "\"say \\\"hi\\\\\\\"\"");
    EXPECT_EQ(to_key({"a\nb\x7f"}), "\"a\\u000Ab\\u007F\"");
}

TEST(KeyPath, IsAPointerOfRfc6901) {
    EXPECT_EQ(to_pointer({}), "");
    EXPECT_EQ(to_pointer({"a/b", "m~n", 3_i, ""}), "/a~1b/m~0n/3/");
}

TEST(KeyPath, FindsWhatIsThereAndNothingElse) {
    const auto root = object({{"a", list({number(1), object({{"b", text("x")}})})}});
    EXPECT_EQ(find(root, {}), &root);
    ASSERT_NE(find(root, {"a", 1_i, "b"}), nullptr);
    EXPECT_EQ(*find(root, {"a", 1_i, "b"}), text("x"));
    EXPECT_EQ(find(root, {"a", 2_i}), nullptr);
    EXPECT_EQ(find(root, {"a", "1"}), nullptr);
    EXPECT_EQ(find(root, {0_i}), nullptr);
    EXPECT_EQ(find(root, {"a", 0_i, "b"}), nullptr);
    EXPECT_EQ(find(root, {"z"}), nullptr);
}

TEST(Value, PlacesAreNoPartOfTheMeaning) {
    EXPECT_EQ((Value{.data = true, .line = 1, .column = 2}), (Value{.data = true, .line = 9}));
}

TEST(Value, TypesAre) {
    EXPECT_NE(number(1), Value{.data = 1.0});
    EXPECT_NE(number(8080), text("8080"));
    EXPECT_NE(Value{}, Value{.data = false});
    EXPECT_NE(list({}), object({}));
    EXPECT_NE((Value{.data = Opaque{"date", "x"}}), text("x"));
}

TEST(Value, ANumberThatIsNoneEqualsItself) {
    const auto nan = [] { return list({Value{.data = std::nan("")}}); };
    EXPECT_EQ(nan(), nan());
    EXPECT_NE(nan(), list({Value{.data = 0.0}}));
}

} // namespace key_path_test
} // namespace hotreload
