// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/patch.hpp"
#include "values.hpp"

#include <gtest/gtest.h>

namespace hotreload {
namespace patch_test {

using namespace short_hand;
using Kind = PatchOperation::Kind;

Value numbers(std::initializer_list<int> list) {
    Value::Array array;
    for (const int each : list)
        array.push_back(number(each));
    return {.data = array};
}

// "replace a.b 1 -> 2, add c[0]"
std::string told(const Patch& patch) {
    std::string text;
    for (const auto& each : patch)
        text += (text.empty() ? "" : ", ") + std::string(to_string(each.kind)) + " " +
                to_key(each.path);
    return text;
}

std::string keys(const PatchOperation& operation) {
    std::string text;
    for (const auto& path : touched_leaves(operation))
        text += (text.empty() ? "" : " ") + to_key(path);
    return text;
}

TEST(Diff, OfEqualDocumentsIsEmpty) {
    const auto document = object({{"a", numbers({1, 2})}, {"b", object({{"c", text("x")}})}});
    EXPECT_TRUE(diff(document, document).empty());
}

TEST(Diff, NamesTheInnermostKeysAndBothValues) {
    const auto patch =
        diff(object({{"log", object({{"level", text("info")}, {"x", number(1)}})}}),
             object({{"log", object({{"level", text("debug")}, {"y", number(2)}})}}));
    ASSERT_EQ(told(patch), "replace log.level, remove log.x, add log.y");
    EXPECT_EQ(patch[0].before, text("info"));
    EXPECT_EQ(patch[0].after, text("debug"));
    EXPECT_EQ(patch[1].after, std::nullopt);
    EXPECT_EQ(patch[2].before, std::nullopt);
}

TEST(Diff, AnInsertionIntoAnArrayIsOneAdd) {
    EXPECT_EQ(told(diff(numbers({1, 2, 3}), numbers({0, 1, 2, 3}))), "add [0]");
    EXPECT_EQ(told(diff(numbers({1, 2, 3}), numbers({1, 9, 2, 3}))), "add [1]");
    EXPECT_EQ(told(diff(numbers({1, 2}), numbers({1, 2, 3, 4}))), "add [2], add [3]");
}

TEST(Diff, ElementsAreRemovedFromTheBack) {
    EXPECT_EQ(told(diff(numbers({1, 2, 3, 4}), numbers({1, 4}))), "remove [2], remove [1]");
    EXPECT_EQ(told(diff(numbers({1, 1, 1}), numbers({1}))), "remove [2], remove [1]");
    EXPECT_EQ(told(diff(numbers({1, 2}), numbers({}))), "remove [1], remove [0]");
}

TEST(Diff, InTheMiddleOfArraysElementsAreComparedOneByOne) {
    const auto server = [](int weight) { return object({{"weight", number(weight)}}); };
    EXPECT_EQ(told(diff(list({server(1), server(2), server(3)}),
                        list({server(1), server(5), server(3)}))),
              "replace [1].weight");
    EXPECT_EQ(told(diff(numbers({1, 2, 3, 9}), numbers({1, 5, 9}))), "replace [1], remove [2]");
}

TEST(Diff, AValueOfAnotherTypeIsReplacedAsAWhole) {
    EXPECT_EQ(told(diff(object({{"a", object({})}}), object({{"a", list({})}}))), "replace a");
    EXPECT_EQ(told(diff(number(1), object({}))), "replace ");
}

TEST(TouchedLeaves, AreTheScalarsOfBothSides) {
    EXPECT_EQ(keys({Kind::Add, {"a"}, {}, object({{"b", list({number(1), object({})})}})}),
              "a.b[0] a.b[1]");
    EXPECT_EQ(keys({Kind::Replace, {"a"}, object({{"x", number(1)}}), text("y")}), "a a.x");
    EXPECT_EQ(keys({Kind::Replace, {"a"}, number(1), number(2)}), "a");
    EXPECT_EQ(keys({Kind::Remove, {"a"}, list({}), {}}), "a");
}

} // namespace patch_test
} // namespace hotreload
