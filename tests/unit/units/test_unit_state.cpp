// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/unit_state.hpp"

#include <gtest/gtest.h>

#include <csignal>

namespace hotreload {

namespace {

UnitState failed(const std::string& result, int code = 0, int status = 0) {
    UnitState state;
    state.load_state = "loaded";
    state.active_state = "failed";
    state.result = result;
    state.exec_main_code = code;
    state.exec_main_status = status;
    return state;
}

} // namespace

TEST(DescribeFailure, TellsHowTheProcessEnded) {
    EXPECT_EQ(describe_failure(failed("exit-code", CLD_EXITED, 3)), "exit code 3");
    EXPECT_EQ(describe_failure(failed("signal", CLD_KILLED, SIGKILL)), "killed by SIGKILL");
    EXPECT_EQ(describe_failure(failed("core-dump", CLD_DUMPED, SIGSEGV)),
              "killed by SIGSEGV (core dumped)");
    EXPECT_EQ(describe_failure(failed("signal", CLD_KILLED, 200)), "killed by signal 200");
    EXPECT_EQ(describe_failure(failed("timeout", CLD_KILLED, SIGTERM)), "timeout");
    EXPECT_EQ(describe_failure(failed("oom-kill", CLD_KILLED, SIGKILL)),
              "killed for lack of memory");
}

TEST(DescribeFailure, TellsWhatTheManagerCouldNotSetUp) {
    EXPECT_TRUE(describe_failure(failed("exit-code", CLD_EXITED, 203)).contains("203/EXEC"));
    EXPECT_TRUE(describe_failure(failed("exit-code", CLD_EXITED, 217)).contains("217/USER"));
    EXPECT_TRUE(describe_failure(failed("exit-code", CLD_EXITED, 216)).contains("216/GROUP"));
    EXPECT_TRUE(describe_failure(failed("exit-code", CLD_EXITED, 200)).contains("200/CHDIR"));
    EXPECT_EQ(describe_failure(failed("exit-code", CLD_EXITED, 255)), "exit code 255");
}

TEST(DescribeFailure, DoesNotBlameAMainProcessThatEndedWell) {
    EXPECT_EQ(describe_failure(failed("exit-code")), "one of its commands failed");
    EXPECT_EQ(describe_failure(failed("exit-code", CLD_EXITED, 0)), "one of its commands failed");
}

TEST(DescribeFailure, HasAWordForAUnitThatIsJustNotThere) {
    EXPECT_EQ(describe_failure(UnitState()), "no such unit");
    auto stopped = failed("success");
    stopped.active_state = "inactive";
    EXPECT_EQ(describe_failure(stopped), "it is inactive");
    stopped.exec_main_code = CLD_EXITED;
    EXPECT_EQ(describe_failure(stopped), "it ended: exit code 0");
    stopped.load_state = "masked";
    EXPECT_EQ(describe_failure(stopped), "its definition cannot be used (masked)");
}

} // namespace hotreload
