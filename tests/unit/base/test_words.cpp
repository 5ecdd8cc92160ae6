// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/words.hpp"

#include <gtest/gtest.h>

namespace hotreload {
namespace words_test {

enum class Colour { Red, Green };

} // namespace words_test

template <>
inline constexpr auto kWordsOf<words_test::Colour> = words<words_test::Colour>({
    {words_test::Colour::Red, "red"},
    {words_test::Colour::Green, "green"},
});

namespace words_test {
namespace {

TEST(Words, AreThoseOfTheTable) {
    EXPECT_EQ(to_string(Colour::Green), "green");
    EXPECT_EQ(to_string(std::optional(Colour::Green)), "green");
    EXPECT_EQ(to_string(std::optional<Colour>()), "");
    EXPECT_EQ(parse_word<Colour>("green"), Colour::Green);
}

TEST(Words, ThatNoEnumeratorHasAreNone) {
    for (const auto* word : {"", "blue", "Red", "red ", "re"})
        EXPECT_EQ(parse_word<Colour>(word), std::nullopt) << word;
}

TEST(Words, KnowWhereTheEnumeratorsEnd) {
    EXPECT_TRUE(is_enumerator<Colour::Green>());
    EXPECT_FALSE(is_enumerator<static_cast<Colour>(2)>());
}

TEST(Words, AreOnlyOfAnEnumWithATable) {
    enum class Unnamed {};
    EXPECT_TRUE(HasWords<Colour>);
    EXPECT_FALSE(HasWords<Unnamed>);
    EXPECT_FALSE(HasWords<int>);
}

} // namespace
} // namespace words_test
} // namespace hotreload
