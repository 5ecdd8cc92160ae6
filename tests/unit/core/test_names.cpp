// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/definition.hpp"
#include "core/names.hpp"

#include <gtest/gtest.h>

using namespace hotreload;

TEST(Names, are_escaped_as_systemd_escape_does) {
    EXPECT_EQ(escape_unit_name("shop"), "shop");
    EXPECT_EQ(escape_unit_name("my-shop_2"), "my\\x2dshop_2");
    EXPECT_EQ(escape_unit_name("a/b:c.d"), "a-b:c.d");
    EXPECT_EQ(escape_unit_name(".hidden"), "\\x2ehidden");
    EXPECT_EQ(escape_unit_name("é @\\"), "\\xc3\\xa9\\x20\\x40\\x5c");
}

TEST(Names, of_units_carry_project_service_and_generation) {
    EXPECT_EQ(project_slice("shop"), "hotreload-shop.slice");
    EXPECT_EQ(project_slice("my-shop"), "hotreload-my\\x2dshop.slice");
    EXPECT_EQ(generation_unit("shop", "web", 7), "hotreload-shop.web@7.service");
    EXPECT_EQ(generation_unit("a-b", "c-d", 1), "hotreload-a\\x2db.c\\x2dd@1.service");
    EXPECT_EQ(helper_unit("shop", "web", "validate", "12"),
              "hotreload-shop.web-validate@12.service");
    EXPECT_EQ(project_units_pattern("shop"), "hotreload-shop.*@*.service");
}

TEST(Names, a_generation_is_read_back_from_its_own_unit_only) {
    EXPECT_EQ(generation_of("hotreload-shop.web@7.service", "shop", "web"), 7U);
    EXPECT_EQ(generation_of(generation_unit("a-b", "c-d", 12), "a-b", "c-d"), 12U);
    EXPECT_EQ(generation_of("hotreload-shop.web@7.service", "shop", "we"), std::nullopt);
    EXPECT_EQ(generation_of("hotreload-shop.web@7.service", "shop2", "web"), std::nullopt);
    EXPECT_EQ(generation_of("hotreload-shop.web-validate@7.service", "shop", "web"), std::nullopt);
    EXPECT_EQ(generation_of("hotreload-shop.web@.service", "shop", "web"), std::nullopt);
    EXPECT_EQ(generation_of("hotreload-shop.web@07.service", "shop", "web"), std::nullopt);
    EXPECT_EQ(generation_of("hotreload-shop.web@7x.service", "shop", "web"), std::nullopt);
    EXPECT_EQ(generation_of("hotreload-shop.web@99999999999999999999.service", "shop", "web"),
              std::nullopt);
    EXPECT_EQ(generation_of("hotreload-shop.web@7.scope", "shop", "web"), std::nullopt);
    EXPECT_EQ(generation_of("hotreload-shop.web@service", "shop", "web"), std::nullopt);
}

TEST(Names, begin_with_a_lower_case_letter_or_digit) {
    EXPECT_TRUE(valid_name("web"));
    EXPECT_TRUE(valid_name("0"));
    EXPECT_TRUE(valid_name("a-b_c9"));
    for (const char* name : {"", "-a", "_a", "Web", "a.b", "a b", "é", "a/b"})
        EXPECT_FALSE(valid_name(name)) << name;
}

TEST(Definition, a_problem_is_placed_at_its_key_or_the_nearest_parent) {
    ProjectDefinition project;
    project.path = "/p/hotreload.toml";
    EXPECT_EQ(project.problem_at("services.db", "no"), (Problem{"/p/hotreload.toml", 0, 0, "no"}));
    project.source_map.add("services.web", {3, 1});
    project.source_map.add("services.web.command", {4, 1});
    project.source_map.add("services.web", {5, 1}); // the first one counts
    EXPECT_EQ(project.problem_at("services.web.command", "no"),
              (Problem{"/p/hotreload.toml", 4, 1, "no"}));
    EXPECT_EQ(project.problem_at("services.web.env.X", "no"),
              (Problem{"/p/hotreload.toml", 3, 1, "no"}));
    EXPECT_EQ(project.problem_at("services.db", "no"), (Problem{"/p/hotreload.toml", 0, 0, "no"}));
}

TEST(SourceMap, finds_each_of_very_many_keys_and_no_other) {
    SourceMap map;
    constexpr unsigned count = 10'000;
    for (unsigned i = 1; i <= count; ++i)
        map.add("services.s" + std::to_string(i), {i, 1});
    for (unsigned i = 1; i <= count; ++i) {
        const auto place = map.find("services.s" + std::to_string(i));
        ASSERT_TRUE(place) << i;
        EXPECT_EQ(place->line, i);
    }
    EXPECT_FALSE(map.find("services.s0"));
    EXPECT_FALSE(map.find(""));
}

TEST(Names, finds_the_service_of_a_generation) {
    EXPECT_EQ(service_of(generation_unit("my-shop", "web-1", 7), "my-shop"),
              std::pair(std::string("web-1"), std::uint64_t{7}));
    EXPECT_FALSE(service_of(helper_unit("my-shop", "web", "validate", "7"), "my-shop"));
    EXPECT_FALSE(service_of("hotreload-my\\x2dshop.web@x.service", "my-shop"));
    EXPECT_FALSE(service_of("nginx.service", "my-shop"));
}
