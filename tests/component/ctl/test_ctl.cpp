// SPDX-License-Identifier: LGPL-2.1-or-later
#include "ctl_process.hpp"
#include "fake_daemon.hpp"
#include "temporary_directory.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

using namespace hotreload::ctl;

namespace {

const std::string restarted = R"({"services":[{"service":"web","action":"restart",
    "result":"applied","generation":8,"changes":[{"subject":"env.LOG_LEVEL"}]}],"problems":[]})";

sdbus::Error error(const char* name, const char* message) {
    return sdbus::Error(sdbus::Error::Name(name), message);
}

class Ctl : public testing::Test {
protected:
    Ctl() {
        std::filesystem::create_directory(directory + "/shop");
        web = &daemon->add("shop", directory + "/shop/hotreload.toml", "web");
        daemon->add("shop", "", "db");
        // The signal goes out before the answer, as it may.
        daemon->on_reload = [this](const std::string& target) {
            daemon->finish("5", target.substr(0, target.find('/')), result, detail);
            return "5";
        };
        daemon->on_up = [](const std::string&) { return "shop"; };
    }

    const hotreload::test::TemporaryDirectory temporary;
    const std::string directory = temporary.path();
    std::unique_ptr<FakeDaemon> daemon = FakeDaemon::start();
    FakeService* web = nullptr;
    std::string result = "applied";
    std::string detail = restarted;
};

using Calls = std::vector<std::string>;

} // namespace

TEST_F(Ctl, reload_reports_what_was_done) {
    const auto ended = run_ctl({"reload", "shop"});
    EXPECT_EQ(ended.out, "✓ web: restarted (env.LOG_LEVEL), generation 8, 31 ms\n");
    EXPECT_EQ(ended.err, "");
    EXPECT_EQ(ended.status, 0);
}

TEST_F(Ctl, reload_waits_for_an_end_that_comes_later_and_for_its_own) {
    std::jthread later;
    daemon->on_reload = [&](const std::string&) {
        later = std::jthread([&] {
            daemon->finish("8", "shop", "failed", "{}");
            daemon->finish("9", "shop", "applied", restarted);
        });
        return "9";
    };
    EXPECT_EQ(run_ctl({"reload", "shop"}).status, 0);
}

TEST_F(Ctl, reload_passes_its_options_and_the_target) {
    run_ctl({"reload", "--force", "--strategy=restart", "shop/web"});
    EXPECT_EQ(daemon->calls(), Calls{"Reload shop/web force strategy=restart"});
}

TEST_F(Ctl, inside_a_project_its_services_are_targets_and_it_is_the_default) {
    run_ctl({"reload", "web"}, directory + "/shop");
    run_ctl({"restart"}, directory + "/shop");
    EXPECT_EQ(daemon->calls(), (Calls{"Reload shop/web", "Restart shop"}));
}

// Was: stop stopped all projects, or the one around it.
TEST_F(Ctl, where_a_project_is_not_registered_nothing_is_done_without_a_target) {
    for (const auto* const place : {"/new", "/shop/inner"}) {
        std::filesystem::create_directory(directory + place);
        std::ofstream(directory + place + "/hotreload.toml") << "";
        for (const auto* const command : {"stop", "down", "plan"}) {
            const auto ended = run_ctl({command}, directory + place);
            EXPECT_EQ(ended.status, 2) << command << " in " << place;
            EXPECT_TRUE(ended.err.contains("/hotreload.toml is not registered")) << ended.err;
        }
    }
    EXPECT_EQ(daemon->calls(), Calls{});
    run_ctl({"stop", "shop"}, directory + "/shop/inner");
    EXPECT_EQ(daemon->calls(), Calls{"Stop shop"});
}

TEST_F(Ctl, everything_is_one_project_after_another) {
    daemon->add("mail", "/elsewhere/hotreload.toml", "smtp");
    EXPECT_EQ(run_ctl({"reload"}).status, 0);
    EXPECT_EQ(daemon->calls(), (Calls{"Reload mail", "Reload shop"}));
}

TEST_F(Ctl, what_waits_gives_3_and_what_to_run) {
    result = "waiting";
    detail = R"({"services":[{"service":"web","result":"waiting","changes":[]}]})";
    const auto ended = run_ctl({"reload", "shop"});
    EXPECT_EQ(ended.status, 3);
    EXPECT_EQ(ended.out, "⚠ web: waiting — run: hotreloadctl reload --force shop/web\n");
}

TEST_F(Ctl, a_rollback_gives_1_and_quiet_still_tells_it) {
    result = "rolled-back";
    detail = R"({"services":[{"service":"db","result":"unchanged"},{"service":"web",
        "result":"rolled-back","generation":7,"problem":{"message":"exit code 3"}}]})";
    const auto ended = run_ctl({"-q", "reload", "shop"});
    EXPECT_EQ(ended.status, 1);
    EXPECT_EQ(ended.out, "✗ web: rolled back to generation 7: exit code 3\n");
}

TEST_F(Ctl, reload_as_json_is_the_event) {
    detail = R"({"services":[]})";
    const auto ended = run_ctl({"reload", "shop", "--json"});
    EXPECT_EQ(ended.out, R"({"id":"5","project":"shop","result":"applied","duration_usec":31000,)"
                         R"("detail":{"services":[]}})"
                         "\n");
}

TEST_F(Ctl, reload_without_waiting_tells_the_id) {
    daemon->on_reload = [](const std::string&) { return "12"; };
    const auto ended = run_ctl({"reload", "--no-wait", "shop"});
    EXPECT_EQ(ended.out, "shop: reload 12\n");
    EXPECT_EQ(ended.status, 0);
}

TEST_F(Ctl, a_daemon_that_goes_away_before_the_end_gives_5) {
    std::jthread later;
    daemon->on_reload = [&](const std::string&) {
        later = std::jthread([&] { daemon->leave_bus(); });
        return "5";
    };
    const auto ended = run_ctl({"reload", "shop"});
    EXPECT_EQ(ended.status, 5);
    EXPECT_TRUE(ended.err.starts_with("hotreloadctl: hotreloadd went away")) << ended.err;
}

TEST_F(Ctl, no_daemon_gives_5_for_every_command_that_needs_one) {
    daemon->leave_bus();
    for (const auto* command : {"status", "list", "plan", "reload", "restart", "start", "stop",
                                "resume", "down", "up", "monitor", "sync"}) {
        const auto ended = run_ctl({command});
        EXPECT_EQ(ended.status, 5) << command;
        EXPECT_TRUE(ended.err.starts_with("hotreloadctl: hotreloadd does not answer")) << ended.err;
    }
}

TEST_F(Ctl, no_bus_gives_5) {
    const std::string bus = std::getenv("DBUS_SESSION_BUS_ADDRESS");
    setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent", 1);
    const auto ended = run_ctl({"list"});
    setenv("DBUS_SESSION_BUS_ADDRESS", bus.c_str(), 1);
    EXPECT_EQ(ended.status, 5);
    EXPECT_TRUE(ended.err.starts_with("hotreloadctl: cannot connect to the user bus"));
}

TEST_F(Ctl, a_refusal_gives_4_and_its_message_alone) {
    daemon->on_reload = [](const std::string&) -> std::string {
        throw error("org.hotreload.Error.NotAuthorized", "only root may reload");
    };
    const auto ended = run_ctl({"reload", "shop"});
    EXPECT_EQ(ended.status, 4);
    EXPECT_EQ(ended.err, "hotreloadctl: only root may reload\n");
    EXPECT_EQ(ended.out, "");
}

TEST_F(Ctl, an_error_of_the_daemon_gives_1_and_its_message_alone) {
    daemon->on_reload = [](const std::string&) -> std::string {
        throw error("org.hotreload.Error.NoSuchTarget", "there is no project \"x\"");
    };
    const auto ended = run_ctl({"reload", "x"});
    EXPECT_EQ(ended.status, 1);
    EXPECT_EQ(ended.err, "hotreloadctl: there is no project \"x\"\n");
}

TEST_F(Ctl, one_bad_target_of_several_is_told_and_the_others_go_on) {
    daemon->on_reload = [this](const std::string& target) -> std::string {
        if (target == "x")
            throw error("org.hotreload.Error.NoSuchTarget", "no");
        daemon->finish("5", target, result, detail);
        return "5";
    };
    const auto ended = run_ctl({"reload", "x", "shop"});
    EXPECT_EQ(ended.out, "✗ x: no\n✓ web: restarted (env.LOG_LEVEL), generation 8, 31 ms\n");
    EXPECT_EQ(ended.status, 1);
}

TEST_F(Ctl, status_shows_the_services_and_gives_3_when_one_waits) {
    EXPECT_EQ(run_ctl({"status", "shop"}).status, 0);
    web->waiting = {"command"};
    const auto ended = run_ctl({"status", "shop"});
    EXPECT_NE(ended.out.find("web      running  7"), std::string::npos) << ended.out;
    EXPECT_NE(ended.out.find("4321  hotreload-shop.web@7.service"), std::string::npos);
    EXPECT_EQ(ended.status, 3);
    EXPECT_EQ(run_ctl({"status", "shop/db"}).status, 0) << "the other one does not wait";
}

TEST_F(Ctl, status_as_json_and_list) {
    const auto json = run_ctl({"status", "--json"}).out;
    EXPECT_TRUE(json.starts_with(R"([{"project":"shop","path":")")) << json;
    EXPECT_NE(json.find(R"("service":"web","kind":"service","state":"running","generation":7)"),
              std::string::npos);
    const auto list = run_ctl({"list"}).out;
    EXPECT_NE(list.find("shop     running  2"), std::string::npos) << list;
}

TEST_F(Ctl, status_of_what_is_not_there_gives_1) {
    const auto ended = run_ctl({"status", "shpo"});
    EXPECT_EQ(ended.status, 1);
    EXPECT_EQ(ended.err, "hotreloadctl: no project \"shpo\"; did you mean \"shop\"?\n");
}

TEST_F(Ctl, plan_shows_what_a_reload_would_do) {
    daemon->plan = R"({"project":"shop","services":[{"service":"web","action":"restart",
        "reason":"","changes":[{"subject":"env.A","kind":"definition","before":"","after":"",
        "strategy":"restart","reason":"r"}]}]})";
    EXPECT_EQ(run_ctl({"plan", "shop"}).out, "→ web: restart\n    env.A: restart (r)\n");
    EXPECT_EQ(run_ctl({"reload", "--dry-run", "shop"}).out, run_ctl({"plan", "shop"}).out);
    EXPECT_EQ(daemon->calls(), (Calls{"Plan shop", "Plan shop", "Plan shop"}));
}

TEST_F(Ctl, start_and_stop_report_what_was_told_else_the_states) {
    EXPECT_EQ(run_ctl({"start", "shop/web"}).out, "✓ web: running, generation 7\n");
    daemon->on_action = [this](const std::string&) {
        daemon->finish("6", "shop", "applied",
                       R"({"services":[{"service":"web","action":"stop","result":"stopped"}]})");
    };
    EXPECT_EQ(run_ctl({"stop", "shop/web"}).out, "✓ web: stopped\n");
    EXPECT_EQ(daemon->calls(), (Calls{"Start shop/web", "Stop shop/web"}));
}

TEST_F(Ctl, up_passes_the_full_path_and_reports_what_was_told_meanwhile) {
    daemon->on_up = [this](const std::string&) {
        daemon->finish("1", "other", "failed", "{}");
        daemon->finish("2", "shop", "applied", restarted);
        return "shop";
    };
    const auto ended = run_ctl({"up"}, directory + "/shop");
    EXPECT_EQ(ended.out, "✓ web: restarted (env.LOG_LEVEL), generation 8, 31 ms\n");
    EXPECT_EQ(ended.status, 0);
    EXPECT_EQ(daemon->calls(), Calls{"Up " + directory + "/shop"});
}

TEST_F(Ctl, up_of_a_project_where_nothing_was_told_shows_its_states) {
    web->become("rolled-back", 7);
    const auto ended = run_ctl({"up", directory + "/shop"});
    EXPECT_EQ(ended.out, "✓ db: running, generation 7\n✗ web: rolled-back, generation 7\n");
    EXPECT_EQ(ended.status, 1);
}

TEST_F(Ctl, up_of_a_directory_that_is_not_there_gives_1) {
    const auto ended = run_ctl({"up", "/nonexistent"});
    EXPECT_EQ(ended.status, 1);
    EXPECT_EQ(ended.err, "hotreloadctl: /nonexistent: No such file or directory\n");
    EXPECT_EQ(daemon->calls(), Calls{});
}

TEST_F(Ctl, up_that_stops_follows_reports_and_takes_the_project_down) {
    CtlProcess up({"up", "--stop", directory + "/shop"});
    daemon->finish("1", "other", "failed", "{}");
    daemon->wait_for_call();
    daemon->finish("2", "shop", "applied", restarted);
    EXPECT_EQ(up.read_line(), "✓ web: restarted (env.LOG_LEVEL), generation 8, 31 ms");
    up.interrupt();
    EXPECT_EQ(up.read_rest(), "✓ shop: down\n");
    EXPECT_EQ(up.wait(), 0);
    EXPECT_EQ(daemon->calls(), (Calls{"Up " + directory + "/shop wait", "Down shop"}));
}

TEST_F(Ctl, down_is_never_everything) {
    const auto nowhere = run_ctl({"down"});
    EXPECT_EQ(nowhere.status, 2);
    EXPECT_EQ(run_ctl({"down"}, directory + "/shop").out, "✓ shop: down\n");
    EXPECT_EQ(daemon->calls(), Calls{"Down shop"});
}

TEST_F(Ctl, check_names_the_place_and_needs_no_daemon) {
    daemon->leave_bus();
    std::ofstream(directory + "/shop/hotreload.toml") << "[project]\nnmae = \"shop\"\n";
    const auto ended = run_ctl({"check"}, directory + "/shop");
    EXPECT_EQ(ended.status, 1);
    EXPECT_TRUE(ended.out.starts_with("hotreload.toml:2:1: ")) << ended.out << ended.err;
    EXPECT_EQ(run_ctl({"check", directory + "/nothing.toml"}).status, 1);
}

TEST_F(Ctl, check_asks_a_daemon_that_runs_what_systemd_says) {
    std::ofstream(directory + "/shop/hotreload.toml")
        << "[project]\nname = \"shop\"\n[services.web]\ncommand = [\"/bin/true\"]\n";
    const auto ended = run_ctl({"check"}, directory + "/shop");
    EXPECT_EQ(ended.out, "hotreload.toml:7:1: systemd refuses it\n");
    EXPECT_EQ(ended.status, 1);
    daemon->leave_bus();
    const auto alone = run_ctl({"check"}, directory + "/shop");
    EXPECT_EQ(alone.out, "✓ hotreload.toml: valid\n");
    EXPECT_EQ(alone.status, 0);
}

TEST_F(Ctl, monitor_tells_when_it_is_ready_and_then_every_event) {
    CtlProcess monitor({"monitor", "--json"});
    EXPECT_EQ(monitor.read_line(), R"({"event":"Ready"})");
    daemon->emitFileChanged("shop", "/p/a.toml", "modified", "");
    EXPECT_EQ(monitor.read_line(), R"({"event":"FileChanged","project":"shop",)"
                                   R"("path":"/p/a.toml","kind":"modified","from":""})");
    daemon->emitReloadStarted("3", "shop", R"({"services":[]})");
    EXPECT_EQ(monitor.read_line(),
              R"({"event":"ReloadStarted","id":"3","project":"shop","plan":{"services":[]}})");
    web->become("applying", 8);
    const auto changed = monitor.read_line();
    EXPECT_TRUE(
        changed.starts_with(R"({"event":"ServiceChanged","project":"shop",)"
                            R"("service":"web","kind":"service","state":"applying","generation":8,)"
                            R"("unit":"hotreload-shop.web@7.service")"))
        << changed;
    daemon->leave_bus();
    EXPECT_EQ(monitor.read_line(), R"({"event":"DaemonGone"})");
}

TEST_F(Ctl, resume_passes_its_target_and_shows_what_became_of_it) {
    const auto ended = run_ctl({"resume", "shop/web"});
    EXPECT_EQ(ended.out, "✓ web: running, generation 7\n");
    EXPECT_EQ(ended.status, 0);
    EXPECT_EQ(daemon->calls(), Calls{"Resume shop/web"});
}

TEST_F(Ctl, explain_makes_paths_absolute_and_gives_1_when_one_is_not_watched) {
    daemon->explanation = R"({"path":"/a","state":"missing","watches":[{"project":"shop",
        "target":"web","watch":"watch[0]","pattern":"*","stopped":"","format":"","copies":[]}],
        "plans":[]})";
    const auto ended = run_ctl({"explain", "config/../web.toml", "/etc/x/"}, directory + "/shop");
    EXPECT_EQ(ended.out, "/a: missing\n✓ shop/web, watch[0]: \"*\" matches\n"
                         "/a: missing\n✓ shop/web, watch[0]: \"*\" matches\n");
    EXPECT_EQ(ended.status, 0);
    EXPECT_EQ(daemon->calls(),
              (Calls{"Explain " + directory + "/shop/web.toml", "Explain /etc/x"}));
    daemon->explanation = R"({"path":"/a","state":"missing","watches":[],"plans":[]})";
    const auto unwatched = run_ctl({"explain", "a"}, directory + "/shop");
    EXPECT_EQ(unwatched.out, "/a: missing\n✗ /a: nobody watches it; it is in the directory of shop "
                             "(hotreload.toml)\n");
    EXPECT_EQ(unwatched.status, 1);
}

TEST_F(Ctl, explain_as_json_is_what_the_daemon_says) {
    daemon->explanation = R"({"path":"/a","state":"missing","watches":[],"plans":[]})";
    const auto ended = run_ctl({"explain", "--json", "/a"});
    EXPECT_EQ(ended.out, daemon->explanation + "\n");
    EXPECT_EQ(ended.status, 1);
}

TEST_F(Ctl, debug_events_is_a_table_and_passes_how_many) {
    daemon->events = R"({"events":[{"realtime_usec":1,"path":"/a","mask":"IN_CREATE",)"
                     R"("fate":"no pattern matches"}]})";
    const auto table = run_ctl({"debug", "events", "-n", "5"});
    EXPECT_TRUE(table.out.starts_with("TIME ")) << table.out;
    EXPECT_TRUE(table.out.ends_with("  IN_CREATE  /a    no pattern matches\n")) << table.out;
    EXPECT_EQ(run_ctl({"debug", "events", "--json"}).out, daemon->events + "\n");
    EXPECT_EQ(daemon->calls(), (Calls{"DebugEvents 5", "DebugEvents 0"}));
}

TEST_F(Ctl, sync_waits_for_the_answer_and_says_nothing) {
    const auto ended = run_ctl({"sync"});
    EXPECT_EQ(ended.out + ended.err, "");
    EXPECT_EQ(ended.status, 0);
    // Its status is the answer's: a caller who has one has waited for the other.
    daemon->on_action = [](const std::string&) {
        throw error("org.hotreload.Error.Failed", "no cookie");
    };
    EXPECT_EQ(run_ctl({"sync"}).status, 1);
}

TEST_F(Ctl, status_lists_configs_and_gives_1_when_one_is_invalid) {
    auto& config = daemon->add_config("shop", "app", directory + "/shop/app.toml");
    EXPECT_EQ(run_ctl({"status", "shop"}).status, 0);
    config.become("invalid", 4);
    const auto ended = run_ctl({"status", "shop"}, directory + "/shop");
    EXPECT_NE(ended.out.find("  app     invalid  4         app.toml\n"), std::string::npos)
        << ended.out;
    EXPECT_NE(ended.out.find("✗ configs.app: app.toml:3:1: no\n"), std::string::npos);
    EXPECT_EQ(ended.status, 1);
    EXPECT_EQ(run_ctl({"status", "shop/web"}).status, 0) << "a service is not its config";
}

TEST_F(Ctl, status_of_a_target_tells_what_changed_last) {
    web->last_changes = R"([{"subject":"env.A","kind":"definition","strategy":"restart",
        "reason":"r"}])";
    EXPECT_EQ(run_ctl({"status"}).out.find("last change"), std::string::npos);
    const auto out = run_ctl({"status", "shop/web"}).out;
    EXPECT_NE(out.find("web: last change, applied:\n    env.A: restart (r)\n"), std::string::npos)
        << out;
}

TEST_F(Ctl, status_tells_values_and_reasons_to_who_may_see_them) {
    web->last_changes = R"([{"subject":"/p/a.toml","kind":"modified","before":"","after":"",
        "strategy":"reload","reason":"r","keys":[{"op":"replace","path":"/a","key":"a",
        "strategy":"reload","reason":"r"}]}])";
    daemon->add_config("shop", "app", directory + "/shop/app.toml").become("invalid", 4);
    const auto path = directory + "/shop/app.toml";
    daemon->status = R"({"version":"0","projects":[{"name":"shop","problems":[],"services":[
        {"name":"web","project":"shop","problems":[],"lastChanges":[{"subject":"/p/a.toml",
        "kind":"modified","strategy":"reload","reason":"r","keys":[{"op":"replace","path":"/a",
        "key":"a","old":"VALUE1","new":"VALUE2","strategy":"reload","reason":"r"}]}]}],"configs":[
        {"name":"app","problems":[{"path":")" +
                     path + R"(","line":3,"column":1,"message":"VALUE3"}]}]}]})";
    auto out = run_ctl({"status", "shop/web", "shop"}).out;
    for (const auto* value : {"VALUE1", "VALUE2", "VALUE3"})
        EXPECT_NE(out.find(value), std::string::npos) << value << " in " << out;
    EXPECT_EQ(out.find("are left out"), std::string::npos) << out;
    out = run_ctl({"status", "--json=short", "shop"}).out;
    EXPECT_NE(out.find("VALUE2"), std::string::npos) << out;

    daemon->status = "";
    const auto stranger = run_ctl({"status", "shop/web", "shop"});
    EXPECT_EQ(stranger.out.find("VALUE"), std::string::npos) << stranger.out;
    EXPECT_NE(stranger.out.find("are left out"), std::string::npos) << stranger.out;
    EXPECT_NE(stranger.out.find("a.toml: a: reload (r)"), std::string::npos) << stranger.out;
    EXPECT_EQ(stranger.status, 1) << "an invalid config, as for everybody";
}

TEST_F(Ctl, monitor_goes_on_without_values_for_who_may_not_see_them) {
    auto& config = daemon->add_config("shop", "app", "/p/app.toml");
    daemon->status = "";
    daemon->details["5"] = R"({"id":"5"})";
    CtlProcess monitor({"monitor"});
    config.wait_until_read();
    EXPECT_TRUE(monitor.read_line().contains("are left out"));
    daemon->emitConfigChanged("5", "shop", "/p/web.toml",
                              R"([{"op":"replace","path":"/log/level"}])");
    EXPECT_EQ(monitor.read_line(), "/p/web.toml: log.level");
}

// Was: who may not inspect never asked, and so readers saw no change of what they may read.
TEST_F(Ctl, monitor_tells_readers_of_a_document_its_values) {
    auto& config = daemon->add_config("shop", "app", "/p/app.toml");
    daemon->status = "";
    daemon->readable = {"6"};
    for (const auto* const id : {"5", "6"})
        daemon->details[id] = R"({"id":"0","changes":[{"project":"shop","name":"app",
            "old":{},"new":{},"patch":
            [{"op":"replace","path":"/log/level","value":"debug","old":"info"}]}]})";
    CtlProcess monitor({"monitor"});
    config.wait_until_read();
    EXPECT_TRUE(monitor.read_line().contains("are left out"));
    const auto* const keys = R"([{"op":"replace","path":"/log/level"}])";
    for (const auto* const id : {"5", "6"})
        daemon->emitConfigChanged(id, "shop", "app", keys);
    for (const auto* const told : {"    log.level", R"(    log.level "info" → "debug")"}) {
        EXPECT_EQ(monitor.read_line(), "shop: app changed");
        EXPECT_EQ(monitor.read_line(), told);
    }
}

TEST_F(Ctl, monitor_tells_of_documents_key_by_key_and_of_revisions) {
    daemon->details["5"] = R"({"id":"5","changes":[{"project":"shop","name":"/p/web.toml",
        "old":{},"new":{},"patch":
        [{"op":"replace","path":"/log/level","value":"debug","old":"info"}]}]})";
    auto& config = daemon->add_config("shop", "app", "/p/app.toml");
    CtlProcess monitor({"monitor"});
    config.wait_until_read(); // it has subscribed before
    daemon->emitConfigChanged("5", "shop", "/p/web.toml",
                              R"([{"op":"replace","path":"/log/level"}])");
    EXPECT_EQ(monitor.read_line(), R"(/p/web.toml: log.level "info" → "debug")");
    config.become("valid", 2);
    EXPECT_EQ(monitor.read_line(), "shop/configs.app: valid, revision 2");
}
