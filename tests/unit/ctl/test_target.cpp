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

std::vector<std::string> here(const std::string& directory,
                              const std::vector<ProjectState>& all = projects) {
    std::vector<std::string> names;
    const auto targets = resolve_targets({}, all, directory);
    for (const auto& target : *targets)
        names.push_back(target.text());
    return names;
}

using Names = std::vector<std::string>;

} // namespace

TEST(Targets, without_a_word_are_the_project_of_the_directory_or_of_the_nearest_above) {
    EXPECT_EQ(here("/home/u/shop"), Names{"shop"});
    EXPECT_EQ(here("/home/u/shop/config/deep"), Names{"shop"});
    EXPECT_EQ(here("/home/u/shop/admin"), Names{"admin"});
}

TEST(Targets, without_a_word_elsewhere_are_all) {
    const Names all{"mail", "shop", "admin"};
    EXPECT_EQ(here("/home/u"), all);
    EXPECT_EQ(here("/home/u/shop-two"), all);
    EXPECT_EQ(here("/"), all);
    EXPECT_EQ(here(""), all);
}

TEST(Targets, projects_of_one_directory_are_taken_together) {
    const std::vector<ProjectState> system = {
        project("haproxy", "/etc/hotreload/haproxy.toml", {"haproxy", "log"}),
        project("nginx", "/etc/hotreload/nginx.toml", {"web", "log"})};
    EXPECT_EQ(here("/etc/hotreload", system), (Names{"haproxy", "nginx"}));
    EXPECT_EQ(resolve_target("web", system, "/etc/hotreload")->text(), "nginx/web");
    const auto both = resolve_target("log", system, "/etc/hotreload");
    ASSERT_FALSE(both);
    EXPECT_EQ(both.error().message,
              "log is a service of several projects: haproxy/log or nginx/log?");
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
    for (const auto* word : {"", "shop/", "/web", "a/b/c"}) {
        const auto target = resolve_target(word, projects, "");
        ASSERT_FALSE(target) << word;
        EXPECT_EQ(target.error().status, ExitStatus::Usage);
    }
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
    EXPECT_EQ(select(projects, {{"shop", "payment"}}).error().message,
              "no service \"shop/payment\"");
    EXPECT_EQ(select(projects, {{"shop", "wbe"}}).error().message,
              "no service \"shop/wbe\"; did you mean \"web\"?");
}

TEST(Targets, a_service_is_found_by_the_unit_that_carries_it) {
    auto all = projects;
    all[0].services[0].unit = "postfix.service";
    all[1].services[0].unit = all[1].services[1].unit = "nginx.service";
    const auto smtp = resolve_target("postfix.service", all, "/");
    ASSERT_TRUE(smtp);
    EXPECT_EQ(smtp->text(), "mail/smtp");
    EXPECT_EQ(resolve_target("nginx.service", all, "/").error().message,
              "nginx.service carries several services: shop/api or shop/web?");
    EXPECT_EQ(resolve_target("none.service", all, "/").error().status, ExitStatus::Failed);
    all[0].services[0].unit = "backup.timer";
    const auto backup = resolve_target("backup.timer", all, "/");
    ASSERT_TRUE(backup);
    EXPECT_EQ(backup->text(), "mail/smtp");
}

TEST(Targets, a_published_document_stands_where_a_service_does) {
    auto all = projects;
    all[1].configs.push_back({.project = "shop", .name = "app"});
    const auto app = resolve_target("app", all, "/home/u/shop");
    ASSERT_TRUE(app);
    EXPECT_EQ(app->text(), "shop/app");
    const auto selected = select(all, {*app});
    ASSERT_TRUE(selected);
    EXPECT_TRUE(selected->front().services.empty());
    EXPECT_EQ(selected->front().configs.size(), 1U);
}

// Was: no project "nope", where "app" would have been found.
TEST(Documents, one_that_is_not_there_is_told_with_those_that_are) {
    auto all = projects;
    all[1].services[0].kind = "service";
    const auto error = [&](const std::string& word, const std::string& directory) {
        const auto found = resolve_document(word, all, directory);
        return found ? found->text() : found.error().message;
    };
    EXPECT_EQ(error("nope", "/home/u/shop"), "shop publishes no document \"nope\" (it has none)");
    all[1].configs = {{.project = "shop", .name = "app"}, {.project = "shop", .name = "log"}};
    EXPECT_EQ(error("nope", "/home/u/shop"),
              "shop publishes no document \"nope\" (it has: app, log)");
    EXPECT_EQ(error("shop/nope", "/"), "shop publishes no document \"nope\" (it has: app, log)");
    EXPECT_EQ(error("app", "/home/u/shop"), "shop/app");
    EXPECT_EQ(error("nope", "/"), "no project \"nope\"");
    EXPECT_EQ(error("shop", "/home/u/shop"),
              "shop is a project: name one of its published documents, as shop/CONFIG");
    EXPECT_EQ(error("shop/" + all[1].services[0].name, "/"),
              "shop/" + all[1].services[0].name +
                  " is a service: only what [configs] names has a value");
}
