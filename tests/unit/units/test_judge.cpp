// SPDX-License-Identifier: LGPL-2.1-or-later
#include "units/judge.hpp"

#include <gtest/gtest.h>

#include <csignal>

namespace hotreload::units {

namespace {

UnitFacts running() {
    UnitFacts facts;
    facts.type = "notify-reload";
    facts.state.load_state = "loaded";
    facts.state.active_state = "active";
    facts.state.sub_state = "running";
    facts.state.main_pid = 100;
    return facts;
}

UnitFacts dead(const std::string& active_state, const std::string& result) {
    auto facts = running();
    facts.state.active_state = active_state;
    facts.state.sub_state = "dead";
    facts.state.result = result;
    facts.state.main_pid = 0;
    facts.state.exec_main_code = CLD_EXITED;
    return facts;
}

UnitFacts says(std::int32_t number, const std::string& text) {
    auto facts = running();
    facts.state.status_errno = number;
    facts.state.status_text = text;
    return facts;
}

std::string reload_error(std::string_view job, const UnitFacts& before, const UnitFacts& after) {
    const auto judged = judge_reload(job, before, after);
    return judged ? "" : judged.error().message;
}

} // namespace

TEST(JudgeReload, DoneWithTheSameProcessIsOk) {
    EXPECT_EQ(reload_error("done", running(), running()), "");
}

TEST(JudgeReload, DoneWithAnErrnoIsTheServicesRefusal) {
    EXPECT_EQ(reload_error("done", running(), says(22, "bad line 7")),
              "the service refused: bad line 7 (Invalid argument)");
    EXPECT_EQ(reload_error("done", running(), says(2, "")),
              "the service refused: No such file or directory");
}

TEST(JudgeReload, AnErrnoFromBeforeCountsUnlessTheServiceSaysOtherwise) {
    const auto refused = says(22, "bad line 7"), silent = says(22, "up");
    EXPECT_NE(reload_error("done", refused, refused), "");
    EXPECT_NE(reload_error("done", silent, silent), "");
    EXPECT_NE(reload_error("done", refused, says(22, "Invalid port in line 9")), "");
    EXPECT_NE(reload_error("done", refused, says(2, "serving")), "");
    EXPECT_EQ(reload_error("done", refused, says(22, "serving 3 sites")), "");
    EXPECT_EQ(reload_error("done", refused, says(0, "bad line 7")), "");
}

TEST(JudgeReload, AFailedCommandLeavesTheServiceAsItWas) {
    auto after = running();
    after.state.reload_result = "exit-code";
    EXPECT_EQ(reload_error("failed", running(), after),
              "the reload command failed; the service runs on as it was");
}

TEST(JudgeReload, ATimeoutOfTheManagerAndOneOfOursAreTold) {
    auto after = running();
    after.state.reload_result = "timeout";
    after.start_timeout = std::chrono::seconds(90);
    const auto judged = judge_reload("failed", running(), after);
    ASSERT_FALSE(judged);
    EXPECT_EQ(judged.error().code, ErrorCode::TimedOut);
    after.state.reload_result = "success";
    after.state.active_state = "reloading";
    EXPECT_TRUE(reload_error(kDeadline, running(), after).contains("did not say that it is ready"));
    EXPECT_TRUE(reload_error(kDeadline, running(), after).contains("or is restarted"));
    EXPECT_FALSE(reload_error(kDeadline, running(), running()).contains("restarted"));
}

TEST(JudgeReload, AProcessThatDiedOrIsAnotherIsNoReload) {
    EXPECT_EQ(reload_error("failed", running(), dead("inactive", "success")),
              "the service ended during the reload: it ended: exit code 0");
    auto another = running();
    another.state.main_pid = 101;
    EXPECT_EQ(reload_error("done", running(), another),
              "the service was restarted during the reload");
}

TEST(JudgeReload, AnotherJobInItsPlaceIsNoReload) {
    EXPECT_EQ(reload_error("canceled", running(), running()),
              "the reload was canceled by another job");
    EXPECT_NE(reload_error("lost", running(), running()), "");
}

TEST(JudgeStart, DoneIsOkAndTheRestHasAReason) {
    EXPECT_TRUE(judge_start("done", running()));
    EXPECT_EQ(judge_start("dependency", dead("inactive", "success")).error().message,
              "the start was given up, because a unit that it depends on failed");
    auto failed = dead("failed", "exit-code");
    failed.state.exec_main_status = 3;
    EXPECT_EQ(judge_start("failed", failed).error().message, "exit code 3");
    EXPECT_EQ(judge_start("failed", dead("failed", "timeout")).error().code, ErrorCode::TimedOut);
}

TEST(JudgeStop, AUnitThatDoesNotRunIsStopped) {
    EXPECT_TRUE(judge_stop("done", running()));
    EXPECT_TRUE(judge_stop("canceled", dead("failed", "signal")));
    EXPECT_FALSE(judge_stop("canceled", running()));
}

TEST(Broken, NamesWhatHappened) {
    EXPECT_FALSE(broken(running().state, running()));
    auto failed = dead("failed", "exit-code");
    failed.state.exec_main_status = 7;
    EXPECT_EQ(broken(running().state, failed), "exit code 7");
    auto restarted = running();
    restarted.state.restarts = 1;
    restarted.state.main_pid = 102;
    EXPECT_TRUE(broken(running().state, restarted)->contains("started again"));
    restarted.state.active_state = "activating";
    restarted.state.sub_state = "auto-restart";
    restarted.state.exec_main_code = CLD_KILLED;
    restarted.state.exec_main_status = SIGHUP;
    EXPECT_EQ(broken(running().state, restarted), "it ended: killed by SIGHUP");
    auto replaced = running();
    replaced.state.main_pid = 102;
    EXPECT_TRUE(broken(running().state, replaced));
}

TEST(Broken, ReloadingIsWell) {
    auto reloading = running();
    reloading.state.active_state = "reloading";
    EXPECT_FALSE(broken(running().state, reloading));
}

TEST(Broken, OnlyAOneshotMayEndWell) {
    auto ended = dead("inactive", "success");
    EXPECT_EQ(broken(running().state, ended), "it ended: exit code 0");
    EXPECT_FALSE(finished(ended));
    ended.type = "oneshot";
    EXPECT_FALSE(broken(ended.state, ended));
    EXPECT_TRUE(finished(ended));
}

} // namespace hotreload::units
