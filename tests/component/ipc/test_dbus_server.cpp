// SPDX-License-Identifier: LGPL-2.1-or-later
#include "fake_service.hpp"
#include "ipc/dbus/server.hpp"
#include "os/proc.hpp"
#include "private_bus.hpp"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <regex>

namespace hotreload::ipc {
namespace {

constexpr auto kRoot = "/org/hotreload";
constexpr auto kManager = "org.hotreload.Manager1";
constexpr auto kProperties = "org.freedesktop.DBus.Properties";

const ProjectStatus kShop{.name = "my-shop", .path = "/srv/shop.toml"};
const ServiceStatus kWeb{.name = "web",
                         .project = "my-shop",
                         .kind = "service",
                         .unit = "hotreload-my\\x2dshop.web@1.service",
                         .generation = 1,
                         .state = ServiceStatus::State::Running,
                         .active_state = "active",
                         .main_pid = 42,
                         .waiting = {"a", "b"},
                         .missing = {"/caf\xe9"}};
const ConfigStatus kApp{.name = "app",
                        .project = "my-shop",
                        .path = "/srv/app.toml",
                        .revision = 3,
                        .value = R"({"pass":"secret"})",
                        .state = ConfigStatus::State::Valid};
constexpr auto kConfigInterface = "org.hotreload.Config1";
constexpr auto kAppPath = "/org/hotreload/project/my_2dshop/config/app";
constexpr auto kShopPath = "/org/hotreload/project/my_2dshop";
constexpr auto kWebPath = "/org/hotreload/project/my_2dshop/service/web";

std::string id(std::uint64_t number) {
    return to_string(ReloadId{0, number});
}

std::string interface_file(const std::string& name) {
    std::ifstream file(std::string(HOTRELOAD_INTERFACES) + "/org.hotreload." + name + ".xml");
    return {std::istreambuf_iterator(file), {}};
}

// `name="State" type="s" access="read"`, sorted; "const" behind those that never change.
std::vector<std::string> properties_in(const std::string& xml) {
    static const std::regex property(
        R"(<property (name="\w+" type="[^"]+" access="\w+")(/?>\s*(<annotation [^>]*const[^>]*>)?))");
    std::vector<std::string> found;
    for (std::sregex_iterator each(xml.begin(), xml.end(), property), end; each != end; ++each)
        found.push_back((*each)[1].str() + ((*each)[3].matched ? " const" : ""));
    std::ranges::sort(found);
    return found;
}

class DbusServerTest : public testing::Test {
protected:
    DbusServerTest()
        : bus_(*Bus::open_session(loop_)),
          service_(loop_),
          server_(bus_, service_, authority_, loop_),
          client_(loop_) {
        const auto published = server_.publish();
        EXPECT_TRUE(published) << published.error().message;
    }

    // `target` and no options.
    Reply call(const char* member, const char* target) {
        return client_.call(kRoot, kManager, member, [&](sd_bus_message* message) {
            sd_bus_message_append(message, "sa{sv}", target, 0);
        });
    }

    template <class... Option>
    Reply call_with(const char* member, const char* target, Option... option) {
        return client_.call(kRoot, kManager, member, [&](sd_bus_message* message) {
            sd_bus_message_append(message, "sa{sv}", target, 1, option...);
        });
    }

    Reply call_without_target(const char* path, const char* interface, const char* member) {
        return client_.call(path, interface, member, [&](sd_bus_message* message) {
            sd_bus_message_append(message, "a{sv}", 0);
        });
    }

    Reply debug_events(std::uint32_t limit) {
        return client_.call(kRoot, kManager, "DebugEvents", [&](sd_bus_message* message) {
            sd_bus_message_append(message, "ua{sv}", limit, 0);
        });
    }

    Reply get_all(const char* path, const char* interface) {
        return client_.call(path, kProperties, "GetAll", [&](sd_bus_message* message) {
            sd_bus_message_append(message, "s", interface);
        });
    }

    std::string introspect(const std::string& path) {
        return client_.call(path.c_str(), "org.freedesktop.DBus.Introspectable", "Introspect")
            .text();
    }

    PrivateBus private_bus_;
    os::EventLoop loop_;
    Bus bus_;
    FakeService service_;
    Authority authority_{::geteuid(), nullptr};
    DbusServer server_;
    Client client_;
};

TEST_F(DbusServerTest, each_method_asks_the_service_and_answers_its_result) {
    EXPECT_EQ(call("Up", "/").text(), kShopPath);
    EXPECT_TRUE(call("Down", "shop").ok());
    EXPECT_EQ(call("Plan", "shop").text(), R"({"project":"shop","services":[]})");
    EXPECT_EQ(call("Reload", "shop/web").text(), id(7));
    EXPECT_EQ(call("Restart", "").text(), id(8));
    EXPECT_TRUE(call("Start", "shop").ok());
    EXPECT_TRUE(call("Stop", "shop").ok());
    EXPECT_TRUE(call("Resume", "shop/web").ok());
    EXPECT_TRUE(call("Pause", "shop/web").ok());
    const auto rollback = [](sd_bus_message* message) {
        sd_bus_message_append(message, "sta{sv}", "shop", std::uint64_t{3}, 0);
    };
    EXPECT_EQ(client_.call(kRoot, kManager, "Rollback", rollback).text(), id(9));
    const Fd content(::memfd_create("content", MFD_CLOEXEC));
    ASSERT_EQ(::write(content.get(), "new", 3), 3);
    const auto apply = [&](sd_bus_message* message) {
        sd_bus_message_append(message, "sa(sh)a{sv}", "shop", 1, "/srv/x", content.get(), 1,
                              "confirm", "s", "30s");
    };
    EXPECT_EQ(client_.call(kRoot, kManager, "Apply", apply).text(), id(10));
    EXPECT_TRUE(call("Confirm", "shop/web").ok());
    const auto history = [](sd_bus_message* message) {
        sd_bus_message_append(message, "su", "shop", 2);
    };
    EXPECT_TRUE(client_.call(kRoot, kManager, "History", history).text().contains("shop/web"));
    const auto diff = [](sd_bus_message* message) {
        sd_bus_message_append(message, "stt", "shop/web", std::uint64_t{1}, std::uint64_t{2});
    };
    EXPECT_EQ(client_.call(kRoot, kManager, "Diff", diff).text(),
              R"({"from":1,"to":2,"changes":[]})");
    EXPECT_EQ(call("Check", "/").text(), "true []");
    service_.explanation = {.path = "/nowhere", .state = "missing"};
    EXPECT_EQ(call("Explain", "/nowhere").text(),
              R"({"path":"/nowhere","state":"missing","watches":[],"plans":[]})");
    EXPECT_TRUE(call_without_target(kRoot, kManager, "Sync").ok());
    EXPECT_EQ(service_.asked,
              (std::vector<std::string>{
                  "up / wait", "down shop", "plan shop", "reload shop/web", "restart ",
                  "start shop", "stop shop", "resume shop/web", "pause shop/web", "rollback shop 3",
                  "apply shop confirm 30000000 /srv/x=new", "confirm shop/web", "history shop 2",
                  "diff shop/web 1 2", "check /", "explain /nowhere", "sync"}));
}

TEST_F(DbusServerTest, projects_and_services_are_found_without_guessing_a_path) {
    service_.known_projects = {kShop, {.name = "b", .path = "/caf\xe9"}};
    service_.known_services = {kWeb};
    const auto listed = client_.call(kRoot, kManager, "ListProjects", [](sd_bus_message*) {});
    EXPECT_EQ(listed.text(), std::string("[[my-shop /srv/shop.toml running ") + kShopPath +
                                 "] [b /caf\ufffd running /org/hotreload/project/b]]");
    const auto object = [&](const char* target) {
        return client_.call(kRoot, kManager, "GetService", [&](sd_bus_message* message) {
            sd_bus_message_append(message, "s", target);
        });
    };
    EXPECT_EQ(object("my-shop/web").text(), kWebPath);
    EXPECT_EQ(object("my-shop").error, "org.hotreload.Error.Invalid");
    EXPECT_EQ(object("nope/web").error, "org.hotreload.Error.NoSuchTarget");
}

TEST_F(DbusServerTest, the_whole_state_has_the_number_of_the_last_event) {
    service_.known_projects = {kShop};
    service_.number = 7;
    const auto state = call_without_target(kRoot, kManager, "GetState").text();
    EXPECT_TRUE(state.contains(R"(,"number":7,"complete":true,"projects":[{"name":"my-shop",)"))
        << state;
}

TEST_F(DbusServerTest, the_last_events_are_as_many_as_are_asked_for_and_0_is_all) {
    service_.events = {{.path = "/a"}, {.path = "/b"}, {.path = "/c"}};
    const auto two = debug_events(2).text();
    EXPECT_EQ(two.find("/a"), std::string::npos) << two;
    EXPECT_LT(two.find("/b"), two.find("/c")) << two;
    EXPECT_NE(debug_events(0).text().find("/a"), std::string::npos);
    EXPECT_NE(debug_events(4'000'000'000).text().find("/a"), std::string::npos);
}

TEST_F(DbusServerTest, options_reach_the_service) {
    call_with("Up", "/", "wait", "b", 0);
    call_with("Reload", "shop", "force", "b", 1);
    call_with("Reload", "shop", "strategy", "s", "restart");
    call_with("Restart", "shop", "wait", "b", 1);
    call_with("Plan", "shop", "validate", "b", 0);
    call_with("Pause", "shop", "for", "s", "90s");
    call_with("Pause", "shop", "reason", "s", "deploy");
    EXPECT_EQ(service_.asked,
              (std::vector<std::string>{"up / no-wait", "reload shop force", "reload shop restart",
                                        "restart shop wait", "plan shop as it is",
                                        "pause shop for 1min 30s", "pause shop: deploy"}));
}

TEST_F(DbusServerTest, a_pause_of_no_time_is_a_mistake) {
    for (const auto* time : {"0", "infinity", "soon"})
        EXPECT_EQ(call_with("Pause", "shop", "for", "s", time).error, "org.hotreload.Error.Invalid")
            << time;
    EXPECT_TRUE(service_.asked.empty());
}

TEST_F(DbusServerTest, the_service_is_told_who_asks) {
    call("Up", "/");
    call("Reload", "shop");
    call("Stop", "shop");
    call("Pause", "shop");
    call("Resume", "shop");
    EXPECT_EQ(service_.callers,
              (std::vector<AskedBy>(5, Asker(::geteuid(), os::command_name(::getpid())))));
}

TEST_F(DbusServerTest, problems_of_a_file_are_an_answer_and_not_an_error) {
    service_.problems = {{"/x.toml", 3, 9, "no such key"}, {"", 0, 0, "caf\xe9"}};
    EXPECT_EQ(call("Check", "/").text(), "false [[/x.toml 3 9 no such key] [0 0 caf\ufffd]]");
}

TEST_F(DbusServerTest, errors_of_the_service_have_our_names_and_their_words) {
    service_.error = Error{ErrorCode::NotFound, "no project \"shap\"; did you mean \"shop\"?"};
    for (const auto* member : {"Down", "Plan", "Reload", "Restart", "Start", "Stop", "Resume"}) {
        const auto reply = call(member, "shap");
        EXPECT_EQ(reply.error, "org.hotreload.Error.NoSuchTarget") << member;
        EXPECT_EQ(reply.message, "no project \"shap\"; did you mean \"shop\"?");
    }
    service_.error = Error{ErrorCode::Busy, "busy"};
    EXPECT_EQ(call("Up", "/").error, "org.hotreload.Error.Busy");
    EXPECT_EQ(call("Check", "/").error, "org.hotreload.Error.Busy");
    EXPECT_EQ(call("Explain", "/").error, "org.hotreload.Error.Busy");
    EXPECT_EQ(call_without_target(kRoot, kManager, "Sync").error, "org.hotreload.Error.Busy");
}

TEST_F(DbusServerTest, arguments_of_the_wrong_types_are_answered_with_the_right_ones) {
    const auto reply = client_.call(kRoot, kManager, "Reload", [](sd_bus_message* message) {
        sd_bus_message_append(message, "s", "shop");
    });
    EXPECT_EQ(reply.error, "org.hotreload.Error.Invalid");
    EXPECT_EQ(reply.message,
              "Reload takes (target s, options a{sv}), signature \"sa{sv}\", not \"s\"");
    for (const auto* member : {"Up", "Resume", "Explain", "Sync", "DebugEvents"})
        EXPECT_EQ(client_.call(kRoot, kManager, member).error, "org.hotreload.Error.Invalid")
            << member;
    EXPECT_EQ(call("DebugEvents", "5").message, "DebugEvents takes (limit u, options a{sv}), "
                                                "signature \"ua{sv}\", not \"sa{sv}\"");
    EXPECT_TRUE(service_.asked.empty());
}

TEST_F(DbusServerTest, a_message_of_options_without_end_is_refused_unread) {
    const auto called = [&](const char* member, bool with_target) {
        return client_.call(kRoot, kManager, member, [&](sd_bus_message* message) {
            if (with_target)
                sd_bus_message_append(message, "s", "shop");
            sd_bus_message_open_container(message, 'a', "{sv}");
            for (int each = 0; each < 100'000; ++each)
                sd_bus_message_append(message, "{sv}", "x", "b", 1);
            sd_bus_message_close_container(message);
        });
    };
    EXPECT_EQ(called("Reload", true).message, "Reload is given more than 16 options");
    EXPECT_EQ(called("Sync", false).message, "Sync is given more than 16 options");
    EXPECT_TRUE(service_.asked.empty());
}

TEST_F(DbusServerTest, wrong_options_and_paths_never_reach_the_service) {
    EXPECT_EQ(call_with("Reload", "shop", "forse", "b", 1).error, "org.hotreload.Error.Invalid");
    EXPECT_EQ(call_with("Stop", "shop", "force", "b", 1).error, "org.hotreload.Error.Invalid");
    EXPECT_EQ(call_with("Resume", "shop", "force", "b", 1).error, "org.hotreload.Error.Invalid");
    EXPECT_EQ(call_with("Explain", "/", "force", "b", 1).error, "org.hotreload.Error.Invalid");
    const auto relative = call("Explain", "web.toml");
    EXPECT_EQ(relative.error, "org.hotreload.Error.Invalid");
    EXPECT_EQ(relative.message, "\"web.toml\" is not an absolute path: give the whole path of the "
                                "file or directory");
    EXPECT_EQ(call("Up", "shop").error, "org.hotreload.Error.Invalid");
    EXPECT_EQ(call("Check", "/nowhere").error, "org.hotreload.Error.Invalid");
    EXPECT_TRUE(service_.asked.empty());
}

TEST_F(DbusServerTest, what_there_is_not_is_refused_as_the_bus_does) {
    EXPECT_EQ(client_.call(kRoot, kManager, "Reboot").error,
              "org.freedesktop.DBus.Error.UnknownMethod");
    EXPECT_EQ(get_all("/org/hotreload/project/none", "org.hotreload.Project1").error,
              "org.freedesktop.DBus.Error.UnknownObject");
}

TEST_F(DbusServerTest, a_slow_call_holds_up_no_other_and_is_counted_until_it_is_answered) {
    int heard = 0;
    server_.on_activity = [&] { ++heard; };
    service_.slow = true;
    const auto slow = client_.send(kRoot, kManager, "Start", [](sd_bus_message* message) {
        sd_bus_message_append(message, "sa{sv}", "shop", 0);
    });
    while (service_.asked.empty())
        loop_.run_once(std::chrono::milliseconds(10));
    service_.slow = false;
    EXPECT_TRUE(call("Stop", "db").ok());
    EXPECT_FALSE(slow->body);
    EXPECT_EQ(server_.calls(), 1U);
    service_.finish();
    for (int i = 0; i < 100 && !slow->body; ++i)
        loop_.run_once(std::chrono::milliseconds(10));
    ASSERT_TRUE(slow->body);
    EXPECT_TRUE(slow->ok());
    EXPECT_EQ(server_.calls(), 0U);
    EXPECT_EQ(heard, 4) << "two calls came, two were answered";
}

TEST_F(DbusServerTest, projects_and_services_are_objects_with_properties) {
    server_.project_changed(kShop);
    auto web = kWeb;
    web.last_result = ReloadResult::Applied;
    web.last_trigger = Trigger::File;
    web.last_changes = {{.subject = "env.A"}};
    server_.service_changed(web);
    EXPECT_EQ(get_all(kShopPath, "org.hotreload.Project1").text(),
              "[[Enabled true] [Name my-shop] [Path /srv/shop.toml] [Problems []] "
              "[State running]]");
    EXPECT_EQ(get_all(kWebPath, "org.hotreload.Service1").text(),
              "[[ActiveState active] [Attached false] [ConfirmId ] [ConfirmUntilUSec 0] [Draining "
              "[]] [Generation 1] "
              "[Held []] [Kind service] [LastAppliedUSec 0] "
              "[LastChangesJSON [{\"subject\":\"env.A\",\"kind\":\"definition\",\"before\":\"\","
              "\"after\":\"\",\"strategy\":\"none\",\"reason\":\"\"}]] [LastGapUSec 0] "
              "[LastResult applied] [LastStrategy ] [LastTrigger file] [MainPID 42] [Missing "
              "[/caf\ufffd]] "
              "[Name web] [PauseReason ] [Paused false] [PausedUntilUSec 0] [Problems []] "
              "[Project my-shop] [State running] [Unit hotreload-my\\x2dshop.web@1.service] "
              "[Waiting [a b]] [Watching watching] [Writing []]]");
    EXPECT_EQ(get_all(kRoot, kManager).text(), "[[Version " HOTRELOAD_VERSION "]]");
}

TEST_F(DbusServerTest, the_properties_of_the_objects_are_those_of_the_interfaces) {
    server_.project_changed(kShop);
    server_.service_changed(kWeb);
    for (const auto& [path, name] : {std::pair{kShopPath, "Project1"}, {kWebPath, "Service1"}}) {
        const auto wanted = properties_in(interface_file(name));
        ASSERT_FALSE(wanted.empty());
        EXPECT_EQ(properties_in(introspect(path)), wanted) << path;
    }
}

TEST_F(DbusServerTest, services_are_found_below_their_project_by_the_one_path_that_is_theirs) {
    server_.project_changed(kShop);
    EXPECT_FALSE(introspect(kShopPath).contains("<node name="));
    server_.service_changed(kWeb);
    EXPECT_TRUE(introspect(kShopPath).contains(R"(<node name="service"/>)"));
    EXPECT_TRUE(introspect(std::string(kShopPath) + "/service").contains(R"(<node name="web"/>)"));
    for (const auto* other : {"_77eb", "we", "web/web", "web2"}) // _77 is w
        EXPECT_EQ(get_all((std::string(kShopPath) + "/service/" + other).c_str(),
                          "org.hotreload.Service1")
                      .error,
                  "org.freedesktop.DBus.Error.UnknownObject")
            << other;
    server_.service_removed("my-shop", "none");
    server_.service_removed("my-shop", "web");
    EXPECT_EQ(get_all(kWebPath, "org.hotreload.Service1").error,
              "org.freedesktop.DBus.Error.UnknownObject");
    EXPECT_FALSE(introspect(kShopPath).contains("<node name="));
}

TEST_F(DbusServerTest, a_config_is_an_object_whose_value_is_given_to_who_asks_for_it) {
    service_.known_configs = {kApp};
    server_.config_status_changed(kApp);
    EXPECT_EQ(get_all(kAppPath, kConfigInterface).text(),
              "[[Name app] [Path /srv/app.toml] [Problems []] [Project my-shop] [Revision 3] "
              "[State valid]]");
    EXPECT_EQ(call_without_target(kAppPath, kConfigInterface, "GetValue").text(),
              R"({"pass":"secret"} 3)");
}

TEST_F(DbusServerTest, wrong_calls_of_a_config_are_told_what_is_right) {
    service_.known_configs = {kApp};
    server_.config_status_changed(kApp);
    const auto bare = client_.call(kAppPath, kConfigInterface, "GetValue");
    EXPECT_EQ(bare.error, "org.hotreload.Error.Invalid");
    EXPECT_EQ(bare.message, "GetValue takes (options a{sv}), signature \"a{sv}\", not \"\"");
    const auto option =
        client_.call(kAppPath, kConfigInterface, "GetValue", [](sd_bus_message* message) {
            sd_bus_message_append(message, "a{sv}", 1, "force", "b", 1);
        });
    EXPECT_EQ(option.error, "org.hotreload.Error.Invalid");
    service_.known_configs.clear();
    EXPECT_EQ(call_without_target(kAppPath, kConfigInterface, "GetValue").error,
              "org.hotreload.Error.NoSuchTarget");
}

TEST_F(DbusServerTest, the_value_of_a_config_is_never_told_to_everybody) {
    client_.listen();
    server_.config_status_changed(kApp);
    auto status = kApp;
    status.value = R"({"pass":"another secret"})";
    status.revision = 4;
    server_.config_status_changed(status);
    server_.config_status_changed(status);
    server_.config_removed("my-shop", "app");
    client_.wait_for_signals(3);
    ASSERT_EQ(client_.signals.size(), 3U);
    EXPECT_TRUE(client_.signals[0].contains("InterfacesAdded")) << client_.signals[0];
    EXPECT_EQ(client_.signals[1], std::string(kAppPath) + " PropertiesChanged " + kConfigInterface +
                                      " [[Revision 4]] []");
    for (const auto& signal : client_.signals)
        EXPECT_FALSE(signal.contains("secret")) << signal;
    server_.config_status_changed(status);
    EXPECT_FALSE(client_.call(kRoot, "org.freedesktop.DBus.ObjectManager", "GetManagedObjects")
                     .text()
                     .contains("secret"));
}

TEST_F(DbusServerTest, a_config_that_goes_while_its_caller_is_looked_up_does_no_harm) {
    service_.known_configs = {kApp};
    server_.config_status_changed(kApp);
    const auto asked =
        client_.send(kAppPath, kConfigInterface, "GetValue",
                     [](sd_bus_message* message) { sd_bus_message_append(message, "a{sv}", 0); });
    for (int i = 0; i < 1000 && server_.calls() == 0; ++i)
        loop_.run_once(std::chrono::milliseconds(10));
    ASSERT_EQ(server_.calls(), 1U);
    server_.project_removed("my-shop");
    for (int i = 0; i < 1000 && !asked->body; ++i)
        loop_.run_once(std::chrono::milliseconds(10));
    ASSERT_TRUE(asked->body);
    EXPECT_FALSE(asked->ok()) << "a reply of an object that is gone cannot be sent";
    EXPECT_FALSE(get_all(kAppPath, kConfigInterface).ok());
}

TEST_F(DbusServerTest, the_object_manager_lists_them_and_tells_when_they_come_and_go) {
    client_.listen();
    server_.project_changed(kShop);
    server_.service_changed(kWeb);
    client_.wait_for_signals(2);
    ASSERT_EQ(client_.signals.size(), 2U);
    EXPECT_TRUE(
        client_.signals[0].starts_with(std::string(kRoot) + " InterfacesAdded " + kShopPath))
        << client_.signals[0];
    EXPECT_NE(client_.signals[1].find("[MainPID 42]"), std::string::npos);

    const auto objects =
        client_.call(kRoot, "org.freedesktop.DBus.ObjectManager", "GetManagedObjects").text();
    EXPECT_NE(objects.find(kShopPath), std::string::npos);
    EXPECT_NE(objects.find(kWebPath), std::string::npos);

    client_.signals.clear();
    server_.project_removed("my-shop");
    client_.wait_for_signals(2);
    ASSERT_EQ(client_.signals.size(), 2U);
    EXPECT_TRUE(
        client_.signals[0].starts_with(std::string(kRoot) + " InterfacesRemoved " + kWebPath))
        << "a project goes after its services: " << client_.signals[0];
    EXPECT_FALSE(get_all(kShopPath, "org.hotreload.Project1").ok());
}

TEST_F(DbusServerTest, a_status_that_changes_tells_what_differs_and_the_same_again_nothing) {
    server_.service_changed(kWeb);
    client_.listen();
    server_.service_changed(kWeb);
    auto status = kWeb;
    status.main_pid = 43;
    server_.service_changed(status);
    server_.service_changed(status);
    server_.service_removed("my-shop", "web");
    client_.wait_for_signals(2);
    ASSERT_EQ(client_.signals.size(), 2U);
    EXPECT_EQ(client_.signals[0], std::string(kWebPath) + " PropertiesChanged " +
                                      "org.hotreload.Service1 [[MainPID 43]] []");
}

TEST_F(DbusServerTest, each_event_is_a_signal) {
    client_.listen();
    server_.file_changed("shop", "/caf\xe9", ChangeKind::Renamed, "/caf\xe8");
    server_.config_changed({0, 5},
                           {.project = "shop",
                            .name = "web",
                            .keys = {{PatchOperation::Kind::Replace, "/a"}},
                            .texts = [] { return finished(ConfigChange::Texts{"0", "1", "[]"}); }});
    server_.validation_failed({0, 6}, "shop", "shop/web",
                              Problem{"/x", 1, 2, "no"}.for_everybody());
    server_.reload_started({0, 7}, {.project = "shop"});
    server_.reload_finished({.id = {0, 7},
                             .project = "shop",
                             .result = ReloadResult::Applied,
                             .trigger = Trigger::File,
                             .duration = std::chrono::milliseconds(3)});
    server_.pause_changed("shop", "web", {.until_usec = 9, .reason = "caf\xe9"}, true, 1000);
    server_.pause_changed("shop", "", {}, false, std::nullopt);
    server_.files_settled(
        "shop", {0, 7}, {{"/caf\xe9", ChangeKind::Created, ""}, {"/b", ChangeKind::Renamed, "/a"}},
        3);
    server_.files_settled("shop", {}, {}, 0);
    client_.wait_for_signals(9);
    EXPECT_EQ(client_.signals,
              (std::vector<std::string>{
                  "/org/hotreload FileChanged shop /caf\ufffd renamed /caf\ufffd",
                  "/org/hotreload ConfigChanged " + id(5) +
                      " shop web [{\"op\":\"replace\",\"path\":\"/a\"}]",
                  "/org/hotreload ValidationFailed " + id(6) + " shop shop/web /x 1 2 no",
                  "/org/hotreload ReloadStarted " + id(7) +
                      " shop {\"project\":\"shop\",\"services\":[]}",
                  "/org/hotreload ReloadFinished " + id(7) +
                      " shop applied 3000 "
                      "{\"result\":\"applied\",\"trigger\":\"file\",\"services\":[],"
                      "\"problems\":[]}",
                  "/org/hotreload PauseChanged shop web true 9 caf\ufffd 1000",
                  "/org/hotreload PauseChanged shop  false 0  4294967295",
                  "/org/hotreload FilesSettled shop " + id(7) +
                      " [[/caf\ufffd created ] [/b renamed /a]] 3",
                  "/org/hotreload FilesSettled shop  [] 0"}));
}

// A marker in each value, and in each text that may quote one.
TEST_F(DbusServerTest, no_value_and_no_quoting_reason_is_in_a_property_or_a_signal) {
    const Problem quoting{"/srv/web.toml", 3, 9, "MARKER"};
    const Change change{.subject = "/srv/web.toml",
                        .before = "MARKER",
                        .after = "MARKER",
                        .keys = {{.operation = PatchOperation::Kind::Replace,
                                  .pointer = "/log/level",
                                  .key = "log.level",
                                  .before = "\"MARKER\"",
                                  .after = "\"MARKER\""}},
                        .problem = quoting};
    auto shop = kShop;
    auto web = kWeb;
    auto app = kApp;
    app.value = "\"MARKER\"";
    shop.problems = web.problems = app.problems = {quoting};
    web.last_changes = {change};
    client_.listen();
    server_.project_changed(kShop);
    server_.service_changed(kWeb);
    server_.config_status_changed(kApp);
    server_.project_changed(shop);
    server_.service_changed(web);
    server_.config_status_changed(app);
    server_.config_changed(
        {0, 5},
        {.project = "my-shop",
         .name = "web",
         .keys = {{PatchOperation::Kind::Replace, "/log/level"}},
         .texts = [] { return finished(ConfigChange::Texts{"MARKER", "MARKER", "MARKER"}); }});
    server_.validation_failed({0, 6}, "my-shop", "web", quoting);
    const MemberPlan plan{.service = "web", .changes = {change}};
    server_.reload_started({0, 7}, {.project = "my-shop", .services = {plan}});
    server_.reload_finished(
        {.id = {0, 7},
         .project = "my-shop",
         .services =
             {{.service = "web", .changes = {change}, .problem = quoting, .note = "MARKER"}},
         .problems = {quoting}});
    client_.wait_for_signals(10);
    ASSERT_EQ(client_.signals.size(), 10U);
    for (const auto& signal : client_.signals)
        EXPECT_FALSE(signal.contains("MARKER")) << signal;
    const auto objects =
        client_.call(kRoot, "org.freedesktop.DBus.ObjectManager", "GetManagedObjects").text();
    EXPECT_FALSE(objects.contains("MARKER")) << objects;
    EXPECT_TRUE(objects.contains("/srv/web.toml 3 9 the reason is shown to")) << objects;
    EXPECT_TRUE(objects.contains("log.level")) << objects;

    service_.known_projects = {shop};
    service_.known_services = {web};
    const auto status = call("Status", "my-shop").text();
    EXPECT_TRUE(status.contains("MARKER")) << status;
}

TEST_F(DbusServerTest, details_are_told_of_an_id_that_is_known) {
    service_.known_details = {.id = {0, 7}, .problems = {{"shop", "web", {"/x", 1, 2, "MARKER"}}}};
    const auto details = [&](const std::string& text) {
        return client_.call(kRoot, kManager, "Details", [&](sd_bus_message* message) {
            sd_bus_message_append(message, "sa{sv}", text.c_str(), 0);
        });
    };
    EXPECT_TRUE(details(id(7)).text().contains("MARKER"));
    EXPECT_EQ(details(id(8)).error, "org.hotreload.Error.NoSuchTarget");
    EXPECT_EQ(details("7").error, "org.hotreload.Error.Invalid");
}

TEST_F(DbusServerTest, a_second_daemon_does_not_get_the_name_until_the_first_gives_it_back) {
    auto bus = Bus::open_session(loop_);
    DbusServer second(*bus, service_, authority_, loop_);
    const auto refused = second.publish();
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::Busy);
    server_.withdraw();
    EXPECT_TRUE(second.publish());
}

TEST_F(DbusServerTest, when_the_bus_goes_away_telling_is_harmless_and_the_loop_ends_with_failure) {
    server_.project_changed(kShop);
    private_bus_.kill();
    server_.file_changed("shop", "/x", ChangeKind::Modified, "");
    server_.service_changed(kWeb);
    EXPECT_NE(loop_.run(), 0);
    server_.project_changed({.name = "late"});
    server_.reload_finished({.project = "shop"});
    server_.project_removed("my-shop");
    server_.withdraw();
}

// A child process that is another user finds out what that user is told: the name of the error of a
// method call in its own words, and whether a property can be read.
TEST_F(DbusServerTest, another_user_may_read_and_nothing_else) {
    if (::geteuid() != 0)
        GTEST_SKIP() << "becoming another user takes root";
    server_.project_changed(kShop);
    service_.known_configs = {kApp};
    server_.config_status_changed(kApp);
    const auto child = ::fork();
    if (child == 0) {
        constexpr uid_t nobody = 65534;
        if (::setresgid(nobody, nobody, nobody) < 0 || ::setresuid(nobody, nobody, nobody) < 0)
            ::_exit(10);
        sd_bus* bus = nullptr;
        if (sd_bus_open_user(&bus) < 0)
            ::_exit(11);
        for (const auto* member : {"Up", "Down", "Plan", "Reload", "Restart", "Start", "Stop",
                                   "Resume", "Explain", "Check", "Status"}) {
            sd_bus_error error{};
            sd_bus_call_method(bus, "org.hotreload", kRoot, kManager, member, &error, nullptr,
                               "sa{sv}", "/", 0);
            if (!sd_bus_error_has_name(&error, "org.hotreload.Error.NotAuthorized"))
                ::_exit(12);
        }
        // Each has the arguments that it takes: a caller who is told of wrong ones has learned
        // nothing.
        sd_bus_error errors[4] = {};
        sd_bus_call_method(bus, "org.hotreload", kRoot, kManager, "Sync", &errors[0], nullptr,
                           "a{sv}", 0);
        sd_bus_call_method(bus, "org.hotreload", kRoot, kManager, "DebugEvents", &errors[1],
                           nullptr, "ua{sv}", 1, 0);
        sd_bus_call_method(bus, "org.hotreload", kAppPath, kConfigInterface, "GetValue", &errors[2],
                           nullptr, "a{sv}", 0);
        sd_bus_call_method(bus, "org.hotreload", kRoot, kManager, "Details", &errors[3], nullptr,
                           "sa{sv}", id(7).c_str(), 0);
        for (const auto& error : errors)
            if (!sd_bus_error_has_name(&error, "org.hotreload.Error.NotAuthorized"))
                ::_exit(14);
        if (sd_bus_call_method(bus, "org.hotreload", kRoot, kManager, "ListProjects", nullptr,
                               nullptr, "") < 0)
            ::_exit(15);
        sd_bus_error unknown{};
        sd_bus_call_method(bus, "org.hotreload", kRoot, kManager, "GetService", &unknown, nullptr,
                           "s", "a/b");
        if (!sd_bus_error_has_name(&unknown, "org.hotreload.Error.NoSuchTarget"))
            ::_exit(16);
        sd_bus_message* state_of_all = nullptr;
        const char* text = nullptr;
        if (sd_bus_call_method(bus, "org.hotreload", kRoot, kManager, "GetState", nullptr,
                               &state_of_all, "a{sv}", 0) < 0 ||
            sd_bus_message_read(state_of_all, "s", &text) < 0 ||
            !std::string_view(text).contains(R"("complete":false)") ||
            std::string_view(text).contains("secret"))
            ::_exit(17);
        char* state = nullptr;
        if (sd_bus_get_property_string(bus, "org.hotreload", kShopPath, "org.hotreload.Project1",
                                       "State", nullptr, &state) < 0)
            ::_exit(13);
        ::_exit(0);
    }
    int status = -1;
    for (int i = 0; i < 1000 && ::waitpid(child, &status, WNOHANG) == 0; ++i)
        loop_.run_once(std::chrono::milliseconds(10));
    EXPECT_TRUE(WIFEXITED(status));
    EXPECT_EQ(WEXITSTATUS(status), 0);
    EXPECT_TRUE(service_.asked.empty());
}

} // namespace
} // namespace hotreload::ipc
