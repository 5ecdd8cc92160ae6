// SPDX-License-Identifier: LGPL-2.1-or-later
// What an earlier run of the daemon left.
#include "core/names.hpp"
#include "project_fixture.hpp"

#include <algorithm>

namespace hotreload::project {
namespace {

class AdoptionTest : public ProjectTest {
protected:
    // On record as generation 3, with its file as it is on disk; its unit runs.
    MemberRecord& applied(const std::string& name) {
        const auto file = "/etc/" + name;
        files.write(file, "applied");
        auto& service_record = record.services[name];
        service_record.generation = service_record.last_used = 3;
        service_record.unit = generation_unit("shop", name, 3);
        service_record.definition = service(name, file);
        service_record.files[file] = test::FakeFiles::id_of("applied");
        store.services[name] = service_record;
        units.run(service_record.unit);
        return service_record;
    }
    [[nodiscard]] bool called(const std::string& call) const {
        return std::ranges::contains(calls, call);
    }
    // Everything that was asked of the manager until the first look had ended.
    void begin() {
        open();
        calls = calls_at_open;
    }

    Lines calls;
};

TEST_F(AdoptionTest, what_runs_is_adopted_as_it_is) {
    applied("web");
    begin();
    EXPECT_FALSE(
        std::ranges::any_of(calls, [](const auto& call) { return call.contains("start"); }));
    EXPECT_EQ(events.services.at("web").state, ServiceStatus::State::Running);
    EXPECT_EQ(store.services.at("web").generation, 3U);
}

TEST_F(AdoptionTest, what_changed_meanwhile_is_applied) {
    applied("web");
    files.write("/etc/web", "newer");
    begin();
    EXPECT_EQ(store.services.at("web").generation, 4U);
    EXPECT_EQ(store.services.at("web").files.at("/etc/web"), test::FakeFiles::id_of("newer"));
}

TEST_F(AdoptionTest, after_a_reboot_what_nobody_stopped_is_started_again) {
    record.manager_id = "of the boot before";
    applied("web");
    applied("job").wanted = false; // somebody stopped it
    units.units.clear();
    begin();
    EXPECT_TRUE(units.state(store.services.at("web").unit).running());
    EXPECT_FALSE(units.state(store.services.at("job").unit).running());
    EXPECT_EQ(store.project->manager_id, "manager");
}

TEST_F(AdoptionTest, what_was_cut_short_is_begun_anew) {
    auto& web = applied("web");
    web.underway = true;
    units.units.clear();
    begin();
    EXPECT_TRUE(units.state(store.services.at("web").unit).running());
    EXPECT_FALSE(store.services.at("web").underway);
}

TEST_F(AdoptionTest, a_stop_that_was_begun_is_finished) {
    auto& web = applied("web");
    web.underway = true;
    web.wanted = false;
    begin();
    EXPECT_TRUE(called("stop " + generation_unit("shop", "web", 3)));
    EXPECT_FALSE(store.services.at("web").underway);
    EXPECT_FALSE(store.services.at("web").wanted);
}

TEST_F(AdoptionTest, a_unit_that_no_record_names_is_removed) {
    applied("web");
    const auto orphan = generation_unit("shop", "web", 2), own = generation_unit("shop", "web", 3);
    units.run(orphan);
    units.listed = {orphan, own};
    begin();
    EXPECT_TRUE(called("discard " + orphan));
    EXPECT_FALSE(called("discard " + own));
}

TEST_F(AdoptionTest, a_unit_that_no_record_names_and_does_not_end_holds_up_its_own_service_alone) {
    applied("db");
    applied("web");
    files.write("/etc/db", "newer");
    files.write("/etc/web", "newer");
    const auto orphan = generation_unit("shop", "web", 2);
    units.run(orphan);
    units.listed = {orphan};
    units.clinging = {orphan};
    begin();
    EXPECT_EQ(store.services.at("db").generation, 4U);
    EXPECT_EQ(store.services.at("web").generation, 3U);
    units.finish_starts();
    clock.run();
    EXPECT_EQ(store.services.at("web").generation, 4U);
}

TEST_F(AdoptionTest, a_unit_that_no_record_names_and_does_not_end_holds_up_no_end_of_the_daemon) {
    applied("web");
    const auto orphan = generation_unit("shop", "web", 2);
    units.run(orphan);
    units.listed = {orphan};
    units.clinging = {orphan};
    begin();
    bool ended = false;
    tasks.spawn([](Project& ending, bool& over) -> Task<> {
        co_await ending.wind_up();
        over = true;
    }(*project, ended));
    clock.run();
    EXPECT_TRUE(ended);
}

TEST_F(AdoptionTest, of_a_record_that_was_lost_the_newest_unit_that_runs_is_taken_over) {
    service("web", "/etc/web");
    const auto older = generation_unit("shop", "web", 4), newer = generation_unit("shop", "web", 5);
    units.run(older);
    units.run(newer);
    units.listed = {older, newer};
    begin();
    EXPECT_TRUE(called("discard " + older));
    EXPECT_GE(store.services.at("web").generation, 5U);
}

TEST_F(AdoptionTest, a_socket_of_a_service_that_nobody_runs_is_closed) {
    auto& web = applied("web");
    web.definition.ports = {{.name = "http", .address = "127.0.0.1:80", .user = "", .group = ""}};
    reader.definition.services["web"] = web.definition;
    web.wanted = false;
    units.units.clear();
    sockets.opened["web"] = {"127.0.0.1:80"};
    begin();
    EXPECT_TRUE(sockets.opened["web"].empty());
}

} // namespace
} // namespace hotreload::project
