// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/patch.hpp"
#include "core/plan.hpp"
#include "core/status.hpp"

#include <gtest/gtest.h>

#include <set>

namespace hotreload {
namespace core_words_test {
namespace {

template <class Enum>
class WordsOf : public testing::Test {};

using Enums =
    testing::Types<Action, Audience, ChangeKind, ConfigStatus::State, EventRecord::What, Format,
                   PatchOperation::Kind, ProjectStatus::State, ReloadResult, ServiceStatus::State,
                   ServiceType, Strategy, Trigger, WatchState::Kind>;
TYPED_TEST_SUITE(WordsOf, Enums);

// Every enumerator has one: else the table does not compile.
TYPED_TEST(WordsOf, AreUniqueAndReadBack) {
    std::set<std::string_view> words;
    for (std::size_t i = 0; i < kWordsOf<TypeParam>.size(); ++i) {
        const auto value = static_cast<TypeParam>(i);
        EXPECT_EQ(parse_word<TypeParam>(to_string(value)), value);
        EXPECT_TRUE(words.insert(to_string(value)).second) << to_string(value);
    }
    EXPECT_EQ(parse_word<TypeParam>("no such word"), std::nullopt);
    EXPECT_EQ(parse_word<TypeParam>(""), std::nullopt);
}

TEST(WatchState, IsOneTextWithItsReason) {
    EXPECT_EQ(to_string(WatchState()), "watching");
    EXPECT_EQ(to_string(WatchState{WatchState::Kind::Polling, "NFS: slow"}), "polling: NFS: slow");
    EXPECT_EQ(kind_of_watch("polling: NFS: slow"), WatchState::Kind::Polling);
    EXPECT_EQ(kind_of_watch("off"), WatchState::Kind::Off);
    EXPECT_EQ(kind_of_watch("of a later version: x"), std::nullopt);
    EXPECT_EQ(kind_of_watch(""), std::nullopt);
}

} // namespace
} // namespace core_words_test
} // namespace hotreload
