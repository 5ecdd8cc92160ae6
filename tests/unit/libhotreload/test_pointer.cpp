// SPDX-License-Identifier: LGPL-2.1-or-later
#include "document/json.hpp"
#include "document/parse.hpp"
#include "libhotreload/pointer.hpp"

#include <gtest/gtest.h>

#include <cerrno>
#include <string>
#include <string_view>

namespace hotreload::library {
namespace pointer_test {

// What is at the pointer, as JSON; or why nothing is.
std::string at(std::string_view json, std::string_view pointer) {
    const auto root = parse_document(Format::Json, json);
    if (!root)
        return root.error().message;
    const auto place = resolve(*root, pointer);
    if (place)
        return to_json(**place);
    return place.error() == ENOENT ? "nothing" : place.error() == EINVAL ? "no pointer" : "?";
}

TEST(Pointer, the_examples_of_the_rfc_lead_where_it_says) {
    constexpr auto document =
        R"({"foo":["bar","baz"],"":0,"a/b":1,"c%d":2,"e^f":3,"g|h":4,"i\\j":5,"k\"l":6," ":7,"m~n":8})";
    EXPECT_EQ(at(document, "/foo"), R"(["bar","baz"])");
    EXPECT_EQ(at(document, "/foo/0"), R"("bar")");
    EXPECT_EQ(at(document, "/"), "0");
    EXPECT_EQ(at(document, "/a~1b"), "1");
    EXPECT_EQ(at(document, "/c%d"), "2");
    EXPECT_EQ(at(document, "/e^f"), "3");
    EXPECT_EQ(at(document, "/g|h"), "4");
    EXPECT_EQ(at(document, "/i\\j"), "5");
    EXPECT_EQ(at(document, "/k\"l"), "6");
    EXPECT_EQ(at(document, "/ "), "7");
    EXPECT_EQ(at(document, "/m~0n"), "8");
}

TEST(Pointer, the_empty_one_is_the_whole_document_whatever_that_is) {
    EXPECT_EQ(at("[1]", ""), "[1]");
    EXPECT_EQ(at("null", ""), "null");
}

TEST(Pointer, null_is_a_value_and_not_nothing) {
    EXPECT_EQ(at(R"({"a":null})", "/a"), "null");
    EXPECT_EQ(at(R"({"a":null})", "/a/b"), "nothing");
}

TEST(Pointer, each_escape_is_undone_once) {
    constexpr auto document = R"({"~1":1,"/":2,"~":3,"~0":4})";
    EXPECT_EQ(at(document, "/~01"), "1");
    EXPECT_EQ(at(document, "/~1"), "2");
    EXPECT_EQ(at(document, "/~0"), "3");
    EXPECT_EQ(at(document, "/~00"), "4");
}

TEST(Pointer, an_index_is_a_number_as_json_writes_it) {
    constexpr auto document = R"([["a"],[0,1,2,3,4,5,6,7,8,9,10]])";
    EXPECT_EQ(at(document, "/0/0"), R"("a")");
    EXPECT_EQ(at(document, "/1/10"), "10");
    for (const auto* index :
         {"/1/11", "/1/", "/1/-", "/1/-1", "/1/+1", "/1/01", "/1/00", "/1/1.0", "/1/1e0", "/1/ 1",
          "/1/1 ", "/1/0x1", "/1/18446744073709551616", "/1/99999999999999999999999"})
        EXPECT_EQ(at(document, index), "nothing") << index;
}

TEST(Pointer, digits_are_keys_of_an_object_as_all_others) {
    EXPECT_EQ(at(R"({"01":1,"-":2})", "/01"), "1");
    EXPECT_EQ(at(R"({"01":1,"-":2})", "/-"), "2");
}

TEST(Pointer, nothing_is_below_a_scalar_nor_behind_a_last_slash) {
    EXPECT_EQ(at(R"({"a":"text"})", "/a/0"), "nothing");
    EXPECT_EQ(at(R"({"a":{"b":1}})", "/a/"), "nothing");
    EXPECT_EQ(at("5", "/"), "nothing");
}

TEST(Pointer, a_word_that_is_none_is_told_even_where_nothing_is) {
    for (const auto* none :
         {"a", "a/b", "~0", "/~", "/~2", "/a~", "/a/~/b", "/nowhere/~2", "/a/0/~1~"})
        EXPECT_EQ(at(R"({"a":[1]})", none), "no pointer") << none;
}

} // namespace pointer_test
} // namespace hotreload::library
