// SPDX-License-Identifier: LGPL-2.1-or-later
#include "ctl/document_part.hpp"

#include <gtest/gtest.h>

using namespace hotreload::ctl;

namespace {

const auto kWhole = parse_json(R"({"log":{"level":"info","a.b":{"c/d":1}},"servers":
    [{"name":"x"},{"name":"y"}],"":2,"10":"ten"})")
                        .value();

std::string part(const std::string& where) {
    const auto found = find_part(kWhole, where);
    return found ? (*found)->to_string() : "error: " + found.error().message;
}

} // namespace

TEST(DocumentPart, is_found_by_a_json_pointer) {
    EXPECT_EQ(part("/log/level"), R"("info")");
    EXPECT_EQ(part("/servers/1/name"), R"("y")");
    EXPECT_EQ(part("/log/a.b/c~1d"), "1");
    EXPECT_EQ(part("/"), "2");
    EXPECT_EQ(part("/10"), R"("ten")");
}

TEST(DocumentPart, is_found_by_a_key_as_plans_show_it) {
    EXPECT_EQ(part("log.level"), R"("info")");
    EXPECT_EQ(part("servers[0].name"), R"("x")");
    EXPECT_EQ(part(R"(log."a.b"."c/d")"), "1");
    EXPECT_EQ(part("servers[1]"), R"({"name":"y"})");
}

TEST(DocumentPart, without_a_name_is_the_whole) {
    EXPECT_EQ(part(""), kWhole.to_string());
}

TEST(DocumentPart, that_is_not_there_is_told_with_what_there_is) {
    EXPECT_EQ(part("log.levle"), "error: there is no log.levle; did you mean \"level\"?");
    EXPECT_EQ(part("/servers/2"),
              "error: there is no /servers/2; it is one of 2 elements, counted from 0");
    EXPECT_EQ(part("log.level.x"),
              "error: there is no log.level.x; what is above it has no members");
}

TEST(DocumentPart, that_is_malformed_is_a_mistake_of_the_command_line) {
    for (const auto* where :
         {"log..level", "servers[x]", "servers[0", "log.\"a", ".log", "log.", "/a~2"})
        EXPECT_EQ(find_part(kWhole, where).error().status, ExitStatus::Usage) << where;
}
