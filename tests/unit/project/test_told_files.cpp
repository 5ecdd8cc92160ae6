// SPDX-License-Identifier: LGPL-2.1-or-later
#include "project/told_files.hpp"
#include "project_fixture.hpp"

#include <format>

namespace hotreload::project {
namespace {

Lines paths_of(const std::vector<SettledFile>& files) {
    Lines lines;
    for (const auto& each : files)
        lines.push_back(std::format("{} {}{}", to_string(each.kind), each.path,
                                    each.from.empty() ? "" : " from " + each.from));
    return lines;
}

MemberPlan plan_of(std::vector<Change> changes, Action action = Action::Restart) {
    return {.service = "web", .action = action, .changes = std::move(changes)};
}

const Change kModified{.subject = "/a", .kind = ChangeKind::Modified};

Snapshot with(const std::string& content) {
    return {.files = {{"/a", test::FakeFiles::id_of(content)}}};
}

TEST(ToldFiles, a_file_is_told_once_until_it_is_another_one) {
    ToldFiles told;
    EXPECT_EQ(paths_of(told.news(plan_of({kModified}), with("1"), {})), Lines{"modified /a"});
    EXPECT_TRUE(told.news(plan_of({kModified}), with("1"), {}).empty());
    EXPECT_EQ(paths_of(told.news(plan_of({kModified}), with("2"), {})), Lines{"modified /a"});
    EXPECT_TRUE(told.news(plan_of({}), with("2"), {}).empty()) << "it is applied";
    EXPECT_EQ(paths_of(told.news(plan_of({kModified}), with("2"), {})), Lines{"modified /a"});
}

TEST(ToldFiles, what_was_refused_is_not_told_again_and_what_comes_after_it_is) {
    ToldFiles told;
    EXPECT_TRUE(told.news(plan_of({kModified}, Action::Refused), with("1"), {}).empty());
    EXPECT_EQ(paths_of(told.news(plan_of({kModified}), with("2"), {})), Lines{"modified /a"});
}

TEST(ToldFiles, a_definition_and_a_document_that_means_the_same_are_no_files_that_changed) {
    ToldFiles told;
    const auto plan = plan_of({{.subject = "env.A", .kind = ChangeKind::Definition},
                               {.subject = "/a", .kind = ChangeKind::Rewritten}});
    EXPECT_TRUE(told.news(plan, with("1"), {}).empty());
}

TEST(ToldFiles, a_rename_is_one_file_and_one_that_is_named_and_missing_is_told_once) {
    ToldFiles told;
    const auto plan = plan_of({{.subject = "/a", .kind = ChangeKind::Created},
                               {.subject = "/b", .kind = ChangeKind::Deleted}});
    auto now = with("1");
    now.missing = {"/c"};
    EXPECT_EQ(paths_of(told.news(plan, now, {{"/a", "/b"}})),
              (Lines{"renamed /a from /b", "deleted /c"}));
    EXPECT_TRUE(told.news(plan, now, {}).empty());
}

TEST_F(ProjectTest, a_burst_is_told_once_with_the_transaction_that_it_leads_to) {
    service("web", "/etc/web.d/*");
    service("app", "/etc/app");
    open();
    files.write("/etc/web.d/b", "1");
    files.write("/etc/web.d/a", "1");
    save("/etc/web.d/c", "1");
    ASSERT_EQ(events.settled.size(), 1U);
    EXPECT_EQ(paths_of(events.settled[0].files),
              (Lines{"created /etc/web.d/a", "created /etc/web.d/b", "created /etc/web.d/c"}));
    EXPECT_EQ(events.settled[0].id, events.outcomes.back().id);
    EXPECT_EQ(events.settled[0].more, 0U);
}

TEST_F(ProjectTest,
       services_that_have_nothing_to_do_with_each_other_are_transactions_of_their_own) {
    service("web", "/etc/shared");
    service("app", "/etc/shared");
    open();
    save("/etc/shared", "1");
    ASSERT_EQ(events.settled.size(), 2U);
    EXPECT_NE(events.settled[0].id, events.settled[1].id);
}

TEST_F(ProjectTest, what_waits_is_told_once_and_with_no_transaction) {
    service("web", "/etc/web").strategy = Strategy::Manual;
    open();
    save("/etc/web", "1");
    ASSERT_EQ(events.settled.size(), 1U);
    EXPECT_FALSE(events.settled[0].id);
    ask({});
    ask({.options = {.force = true}});
    EXPECT_EQ(events.settled.size(), 1U) << "it is the same burst";
    EXPECT_EQ(std::ranges::count(events.lines, "created /etc/web"), 1);
}

TEST_F(ProjectTest, what_a_request_finds_is_told_with_its_id) {
    service("web", "/etc/web");
    open();
    files.write("/etc/web", "1"); // not settled
    const auto outcome = ask({.id = {1, 1}});
    ASSERT_EQ(events.settled.size(), 1U);
    EXPECT_EQ(events.settled[0].id, outcome.id);
    EXPECT_EQ(outcome.id, (ReloadId{1, 1}));
}

TEST_F(ProjectTest, what_a_superseded_transaction_was_about_is_told_with_the_next_one) {
    service("web", "/etc/web.d/*").validate = {"/bin/check"};
    open();
    units.on_command = [this] { files.write("/etc/web.d/b", "2"); };
    files.write("/etc/web.d/a", "1");
    save("/etc/web.d/b", "1");
    units.on_command = {};
    clock.advance(std::chrono::seconds(10));
    ASSERT_EQ(events.settled.size(), 2U);
    EXPECT_EQ(events.settled[1].id, events.outcomes.back().id);
    EXPECT_EQ(paths_of(events.settled[1].files),
              (Lines{"created /etc/web.d/a", "created /etc/web.d/b"}));
}

TEST_F(ProjectTest, a_rollback_is_about_no_files_that_have_changed) {
    service("web", "/etc/web");
    open();
    save("/etc/web", "old");
    save("/etc/web", "new");
    events.settled.clear();
    ask({.service = "web", .rollback = Request::Rollback{}});
    EXPECT_TRUE(events.settled.empty());
}

TEST_F(ProjectTest, a_tree_that_changes_is_told_in_part_and_counted) {
    service("web", "/etc/web.d/*");
    open();
    for (int i = 0; i < 1000; ++i)
        files.write(std::format("/etc/web.d/{:03}", i), "1");
    files.settle("/etc/web.d/000");
    clock.run();
    ASSERT_EQ(events.settled.size(), 1U);
    EXPECT_EQ(events.settled[0].files.size(), 512U);
    EXPECT_EQ(events.settled[0].more, 488U);
    EXPECT_EQ(events.settled[0].files.back().path, "/etc/web.d/511");
}

} // namespace
} // namespace hotreload::project
