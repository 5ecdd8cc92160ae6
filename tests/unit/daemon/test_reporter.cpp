// SPDX-License-Identifier: LGPL-2.1-or-later
#include "../core/fake_units.hpp"
#include "daemon/reporter.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <format>
#include <string>
#include <utility>
#include <vector>

namespace hotreload::daemon {
namespace {

class Turns final : public Executor {
public:
    void post(std::move_only_function<void()> work) override { posted_.push_back(std::move(work)); }
    // Whether there was one.
    bool run_one() {
        for (auto& work : std::exchange(posted_, {})) {
            work();
            ran_ = true;
        }
        return std::exchange(ran_, false);
    }

private:
    std::vector<std::move_only_function<void()>> posted_;
    bool ran_ = false;
};

class FakeLog final : public Log {
public:
    std::vector<Message> written;

    void write(const Message& message) noexcept override { written.push_back(message); }
    void debug(const std::string&) noexcept override {}
};

class Listener final : public Events {
public:
    std::vector<std::string> told;

    void file_changed(const std::string&, const std::string& path, ChangeKind,
                      const std::string&) noexcept override {
        told.push_back(path);
    }
    void files_settled(const std::string&, const ReloadId&, const std::vector<SettledFile>& files,
                       std::size_t more) noexcept override {
        told.push_back(std::format("{} and {} more", files.size(), more));
    }
    void config_changed(const ReloadId&, const ConfigChange&) noexcept override {}
    void validation_failed(const ReloadId&, const std::string&, const std::string&,
                           const Problem&) noexcept override {}
    void reload_started(const ReloadId&, const Plan&) noexcept override {
        told.emplace_back("started");
    }
    void pause_changed(const std::string&, const std::string& service, const Pause&, bool paused,
                       AskedBy) noexcept override {
        told.push_back(service + (paused ? " paused" : " resumed"));
    }
    void reload_finished(const Outcome&) noexcept override { told.emplace_back("finished"); }
    void project_changed(const ProjectStatus&) noexcept override {}
    void project_removed(const std::string&) noexcept override {}
    void service_changed(const ServiceStatus&) noexcept override {}
    void service_removed(const std::string&, const std::string&) noexcept override {}
    void config_status_changed(const ConfigStatus&) noexcept override {}
    void config_removed(const std::string&, const std::string&) noexcept override {}
};

class ReporterTest : public testing::Test {
protected:
    Turns turns;
    FakeLog log;
    hotreload::test::FakeUnits units;
    Listener listener;
    Reporter reporter{log, units, turns};

    void SetUp() override { reporter.add(listener); }
    // What is logged of a service that a transaction came to nothing with, or to something.
    Message logged(ReloadResult result, AskedBy caller = {}) {
        MemberOutcome web{.service = "web", .action = Action::Restart, .result = result};
        web.changes = {{.subject = "env.LEVEL"}};
        web.problem = Problem{.path = {}, .message = "it does not work"};
        Outcome outcome{.id = {}, .project = "shop", .result = result, .caller = caller};
        outcome.services = {std::move(web)};
        reporter.reload_finished(outcome);
        return log.written.empty() ? Message{} : log.written.back();
    }
    void change(std::size_t files) {
        for (std::size_t i = 0; i < files; ++i)
            reporter.file_changed("shop", std::to_string(i), ChangeKind::Modified, "");
    }
};

TEST_F(ReporterTest, many_files_are_told_in_turns_and_in_their_order) {
    constexpr auto count = 3 * Reporter::kMostInATurn;
    change(count);
    EXPECT_TRUE(listener.told.empty()) << "the call that begins the action has left before";
    for (std::size_t told = 0; turns.run_one();) {
        EXPECT_LE(listener.told.size() - told, Reporter::kMostInATurn);
        told = listener.told.size();
    }
    ASSERT_EQ(listener.told.size(), count);
    EXPECT_EQ(listener.told.back(), std::to_string(count - 1));
}

TEST_F(ReporterTest, a_burst_is_told_before_each_of_its_files) {
    reporter.files_settled("shop", {0, 1}, {{"0", ChangeKind::Modified, ""}}, 1);
    change(2);
    while (turns.run_one()) {
    }
    EXPECT_EQ(listener.told, (std::vector<std::string>{"1 and 1 more", "0", "1"}));
    EXPECT_EQ(reporter.told(), 3U);
}

TEST_F(ReporterTest, what_comes_after_them_is_told_after_all_of_them) {
    change(2 * Reporter::kMostInATurn);
    reporter.reload_started({}, {});
    turns.run_one();
    reporter.reload_finished({});
    EXPECT_EQ(listener.told.size(), 2 * Reporter::kMostInATurn + 2);
    EXPECT_EQ(listener.told.back(), "finished");
    while (turns.run_one()) {
    }
    EXPECT_EQ(std::ranges::count(listener.told, "finished"), 1);
}

TEST_F(ReporterTest, what_failed_is_told_with_the_way_out) {
    for (const auto result : {ReloadResult::Invalid, ReloadResult::RolledBack,
                              ReloadResult::NeedsAttention, ReloadResult::Failed}) {
        const auto message = logged(result);
        EXPECT_EQ(message.priority, Priority::Error) << to_string(result);
        EXPECT_TRUE(message.text.starts_with("web (LEVEL): ")) << message.text;
        EXPECT_TRUE(message.text.contains("it does not work")) << message.text;
        EXPECT_TRUE(message.text.contains("\"hotreloadctl ")) << message.text;
        EXPECT_TRUE(message.text.ends_with("shop/web\"") || message.text.contains("shop/web\" "))
            << message.text;
    }
    reporter.validation_failed({}, "shop", "", {});
    EXPECT_TRUE(log.written.back().text.contains("\"hotreloadctl check\""));
    reporter.project_refused({}, "shop", {});
    EXPECT_TRUE(log.written.back().text.contains("\"hotreloadctl check\""));
}

// Was: the bus alone was told.
TEST_F(ReporterTest, a_document_that_is_not_published_is_told_in_the_journal) {
    reporter.validation_failed({0, 1}, "shop", "configs.app", {"/app.toml", 3, 1, "unclosed"});
    reporter.validation_failed({0, 2}, "shop", "web", {"/web.toml", 3, 1, "unclosed"});
    ASSERT_EQ(log.written.size(), 1U) << "the end of web's transaction is told";
    EXPECT_EQ(log.written[0].id, MessageId::NotPublished);
    EXPECT_EQ(log.written[0].text, "configs.app: /app.toml:3:1: unclosed; what was published last "
                                   "stays so until it is mended");
}

TEST_F(ReporterTest, who_asked_is_named_and_nobody_where_nobody_did) {
    EXPECT_EQ(logged(ReloadResult::Applied, 1001U).text,
              "web (LEVEL): restarted, asked for by user 1001");
    EXPECT_EQ(logged(ReloadResult::Applied).text, "web (LEVEL): restarted");
    const auto told = logged(ReloadResult::Applied, Asker(1001U, "vim"));
    EXPECT_EQ(told.text, "web (LEVEL): restarted, asked for by user 1001 (vim)");
    EXPECT_EQ(told.caller_uid, 1001U);
    EXPECT_EQ(told.caller_comm, "vim");
    // Was: the name came after what to do, as if that was asked for.
    EXPECT_EQ(logged(ReloadResult::Failed, 1001U).text,
              "web (LEVEL): Restarting failed: it does not work, asked for by user 1001; "
              "\"hotreloadctl status shop/web\" tells what runs");
    EXPECT_EQ(
        logged(ReloadResult::Waiting, 1001U).text,
        "web (LEVEL): waits, asked for by user 1001; \"hotreloadctl reload --force shop/web\" "
        "applies it");
}

TEST(DescribeChanges, names_three_and_counts_all_that_differ) {
    Change document{.subject = "/srv/app.toml", .kind = ChangeKind::Modified};
    document.keys = {{.key = "a"}, {.key = "b"}, {.key = "c"}, {.key = "d"}};
    document.more_keys = 1000;
    EXPECT_EQ(describe_changes("web", {{.subject = "env.A"}, document, {.subject = "env.B"}}),
              "web (A, app.toml: a, b and 1003 more)");
    EXPECT_EQ(describe_changes("web", {{.subject = "env.A"}}), "web (A)");
}

TEST_F(ReporterTest, a_pause_is_told_and_comes_after_what_was_held_back) {
    change(1);
    reporter.pause_changed("shop", "web", {}, true, {});
    reporter.pause_changed("shop", "web", {}, false, {});
    ASSERT_EQ(listener.told.size(), 3U);
    EXPECT_EQ(listener.told[1], "web paused");
    EXPECT_EQ(listener.told[2], "web resumed");
}

} // namespace
} // namespace hotreload::daemon
