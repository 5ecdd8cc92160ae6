// SPDX-License-Identifier: LGPL-2.1-or-later
#include "client/model.hpp"

#include <gtest/gtest.h>

using namespace hotreload::client;

namespace {

Interfaces project(const char* name) {
    return {{sdbus::InterfaceName(project_interface),
             {{sdbus::PropertyName("Name"), sdbus::Variant(std::string(name))}}}};
}

Interfaces service(const char* project, const char* name, const char* state) {
    return {{sdbus::InterfaceName(service_interface),
             {{sdbus::PropertyName("Project"), sdbus::Variant(std::string(project))},
              {sdbus::PropertyName("Name"), sdbus::Variant(std::string(name))},
              {sdbus::PropertyName("State"), sdbus::Variant(std::string(state))}}}};
}

const sdbus::ObjectPath kShop("/org/hotreload/project/shop");
const sdbus::ObjectPath kWeb("/org/hotreload/project/shop/service/web");
const sdbus::ObjectPath kDb("/org/hotreload/project/shop/service/db");

} // namespace

TEST(Model, shows_services_with_their_project_by_name) {
    Model model;
    model.learn({{kWeb, service("shop", "web", "running")},
                 {kDb, service("shop", "db", "running")},
                 {kShop, project("shop")}});
    const auto projects = model.projects();
    ASSERT_EQ(projects.size(), 1U);
    ASSERT_EQ(projects[0].services.size(), 2U);
    EXPECT_EQ(projects[0].services[0].name, "db");
    EXPECT_EQ(projects[0].services[1].name, "web");
}

TEST(Model, tells_what_has_changed_and_only_that) {
    Model model;
    model.learn({{kShop, project("shop")}, {kWeb, service("shop", "web", "running")}});
    EXPECT_TRUE(model.change(kWeb, service("shop", "web", "running")).empty());
    const auto events = model.change(kWeb, service("shop", "web", "failed"));
    ASSERT_EQ(events.size(), 1U);
    EXPECT_EQ(std::get<ServiceChanged>(events[0]).state.state, "failed");
    EXPECT_EQ(model.projects()[0].services[0].state, "failed");
}

TEST(Model, forgets_what_is_removed) {
    Model model;
    model.learn({{kShop, project("shop")}, {kWeb, service("shop", "web", "running")}});
    const auto events = model.remove(kWeb, {service_interface});
    ASSERT_EQ(events.size(), 1U);
    EXPECT_EQ(std::get<ServiceRemoved>(events[0]).service, "web");
    EXPECT_TRUE(model.projects()[0].services.empty());
    EXPECT_TRUE(model.remove(kWeb, {service_interface}).empty());
}

TEST(Model, a_daemon_that_comes_back_is_compared_with_the_one_that_went) {
    Model model;
    model.learn({{kShop, project("shop")},
                 {kWeb, service("shop", "web", "running")},
                 {kDb, service("shop", "db", "running")}});
    const auto events =
        model.learn({{kShop, project("shop")}, {kWeb, service("shop", "web", "stopped")}});
    ASSERT_EQ(events.size(), 2U);
    EXPECT_EQ(std::get<ServiceChanged>(events[0]).state.name, "web");
    EXPECT_EQ(std::get<ServiceRemoved>(events[1]).service, "db");
}
