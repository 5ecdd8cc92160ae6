// SPDX-License-Identifier: LGPL-2.1-or-later
#include "ctl/target.hpp"

#include <gtest/gtest.h>

using namespace hotreload::ctl;

namespace {

ProjectState project(const std::string& name, const std::string& path,
                     const std::vector<std::string>& services) {
    ProjectState state{.name = name, .path = path};
    for (const auto& each : services)
        state.services.push_back({.project = name, .name = each});
    return state;
}

const std::vector<ProjectState> projects = {
    project("mail", "/srv/mail/hotreload.toml", {"smtp", "shop"}),
    project("shop", "/home/u/shop/hotreload.toml", {"api", "web"}),
    project("admin", "/home/u/shop/admin/hotreload.toml", {"panel"}),
};

std::string resolved(const std::string& word, const std::string& directory) {
    const auto target = resolve_target(word, projects, directory);
    return target ? target->text() : "error: " + target.error().message;
}

} // namespace

TEST(Target, without_a_word_is_the_project_of_the_directory_or_of_the_nearest_above) {
    EXPECT_EQ(resolved("", "/home/u/shop"), "shop");
    EXPECT_EQ(resolved("", "/home/u/shop/config/deep"), "shop");
    EXPECT_EQ(resolved("", "/home/u/shop/admin"), "admin");
}

TEST(Target, without_a_word_elsewhere_is_everything) {
    EXPECT_EQ(resolved("", "/home/u"), "");
    EXPECT_EQ(resolved("", "/home/u/shop-two"), "");
    EXPECT_EQ(resolved("", ""), "");
}

TEST(Target, a_project_comes_before_a_service_of_the_same_name) {
    EXPECT_EQ(resolved("shop", "/srv/mail"), "shop");
}

TEST(Target, a_plain_service_is_taken_inside_its_project_only) {
    EXPECT_EQ(resolved("web", "/home/u/shop"), "shop/web");
    EXPECT_EQ(resolved("web", "/srv/mail"), "web");
}

TEST(Target, with_a_slash_is_taken_as_it_is) {
    EXPECT_EQ(resolved("shop/web", "/srv/mail"), "shop/web");
    EXPECT_EQ(resolved("new/thing", ""), "new/thing");
}

TEST(Target, with_an_empty_part_or_two_slashes_is_a_mistake_of_usage) {
    for (const auto* word : {"shop/", "/web", "a/b/c"}) {
        const auto target = resolve_target(word, projects, "");
        ASSERT_FALSE(target) << word;
        EXPECT_EQ(target.error().status, ExitStatus::Usage);
    }
}

TEST(Targets, everything_is_each_project) {
    const auto targets = resolve_targets({}, projects, "/");
    ASSERT_TRUE(targets);
    EXPECT_EQ(*targets, (std::vector<Target>{{"mail", ""}, {"shop", ""}, {"admin", ""}}));
}

TEST(Select, keeps_only_what_is_named) {
    const auto selected = select(projects, {{"shop", "web"}});
    ASSERT_TRUE(selected);
    ASSERT_EQ(selected->size(), 1U);
    ASSERT_EQ(selected->front().services.size(), 1U);
    EXPECT_EQ(selected->front().services.front().name, "web");
}

TEST(Select, one_service_is_without_the_configs_of_its_project) {
    auto with_config = projects;
    with_config[1].configs.push_back({.project = "shop", .name = "app"});
    EXPECT_TRUE(select(with_config, {{"shop", "web"}})->front().configs.empty());
    EXPECT_EQ(select(with_config, {{"shop", ""}})->front().configs.size(), 1U);
}

TEST(Select, names_the_nearest_project_to_one_that_is_not_there) {
    const auto selected = select(projects, {{"shpo", ""}});
    ASSERT_FALSE(selected);
    EXPECT_EQ(selected.error().message, "no project \"shpo\"; did you mean \"shop\"?");
    EXPECT_EQ(selected.error().status, ExitStatus::Failed);
    EXPECT_EQ(select(projects, {{"shop", "db"}}).error().message, "no service \"shop/db\"");
}
