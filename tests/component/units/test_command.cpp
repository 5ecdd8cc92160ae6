// SPDX-License-Identifier: LGPL-2.1-or-later
#include "fixture.hpp"

using namespace std::chrono_literals;

namespace hotreload::test {

class Command : public UnitsTest {
protected:
    Result<CommandResult> command(std::vector<std::string> words, Duration timeout = 20s,
                                  const std::string& user = "") {
        CommandRequest request;
        request.unit = last = name("web-validate");
        request.slice = kSlice;
        request.description = "a validator";
        request.command = std::move(words);
        request.timeout = timeout;
        request.user = user;
        request.env = {{"WORD", "from the environment"}};
        return run(units->run_command(std::move(request)));
    }

    void gone() { // collected in a moment
        until([&] { return systemctl("list-units --all --no-legend '" + last + "'").empty(); });
    }

    std::string last;
};

TEST_F(Command, SuccessWithItsOutput) {
    const auto result = command({"/bin/sh", "-c", "echo $WORD; echo to stderr >&2"});
    ASSERT_TRUE(result) << result.error().message;
    EXPECT_TRUE(result->ok) << result->reason;
    EXPECT_EQ(result->reason, "");
    EXPECT_EQ(result->output, "from the environment\nto stderr\n");
    gone();
}

TEST_F(Command, AnExitCodeIsTheReason) {
    const auto result = command({"/bin/sh", "-c", "echo line 3 is bad >&2; exit 4"});
    ASSERT_TRUE(result);
    EXPECT_FALSE(result->ok);
    EXPECT_EQ(result->reason, "exit code 4");
    EXPECT_EQ(result->output, "line 3 is bad\n");
    gone();
}

TEST_F(Command, ASignalIsTheReason) {
    const auto result = command({"/bin/sh", "-c", "kill -SEGV $$"});
    ASSERT_TRUE(result);
    EXPECT_FALSE(result->ok);
    EXPECT_TRUE(result->reason.starts_with("killed by SIGSEGV")) << result->reason;
    gone();
}

TEST_F(Command, ATimeoutIsTheReasonEvenIfItIgnoresTheSignal) {
    const auto result =
        command({"/bin/sh", "-c", "trap '' TERM; echo begun; exec sleep infinity"}, 300ms);
    ASSERT_TRUE(result);
    EXPECT_FALSE(result->ok);
    EXPECT_EQ(result->reason, "timed out after 300ms");
    EXPECT_EQ(result->output, "begun\n");
    gone();
}

TEST_F(Command, AMissingCommandIsTheReason) {
    for (const std::string missing : {"/no/such/validator", "no-such-validator"}) {
        const auto result = command({missing});
        ASSERT_TRUE(result);
        EXPECT_FALSE(result->ok);
        EXPECT_EQ(result->reason, "command not found: " + missing);
        gone();
    }
}

TEST_F(Command, ACommandThatIsNoProgramIsTheReason) {
    const auto result = command({"/etc/passwd"});
    ASSERT_TRUE(result);
    EXPECT_EQ(result->reason, "command is not executable: /etc/passwd");
    gone();
}

TEST_F(Command, AMissingUserIsTheReason) {
    if (as_user())
        GTEST_SKIP() << "a user's manager has no other users";
    const auto result = command({"/bin/true"}, 20s, "nobody-of-this-name");
    ASSERT_TRUE(result);
    EXPECT_FALSE(result->ok);
    EXPECT_TRUE(result->reason.contains("217/USER")) << result->reason;
    gone();
}

TEST_F(Command, ARefusedCallIsAResultToo) {
    const auto result = command({"relative/validator"});
    ASSERT_TRUE(result);
    EXPECT_FALSE(result->ok);
    EXPECT_TRUE(result->reason.contains("relative/validator")) << result->reason;
    gone();
}

TEST_F(Command, AMegabyteIsNotWaitedForAndItsEndIsKept) {
    const auto result =
        command({"/bin/sh", "-c",
                 "head -c 1000000 /dev/zero | tr '\\0' 'x' | fold -w 100; echo; echo the end"});
    ASSERT_TRUE(result);
    EXPECT_TRUE(result->ok) << result->reason;
    EXPECT_LE(result->output.size(), 16U * 1024);
    EXPECT_GT(result->output.size(), 15U * 1024);
    EXPECT_TRUE(result->output.ends_with("\nthe end\n"))
        << result->output.substr(result->output.size() - 200);
    gone();
}

TEST_F(Command, AnotherUserCanOpenItsStandardErrorByName) {
    if (as_user())
        GTEST_SKIP() << "a user's manager has no other users";
    const auto result = command({"/bin/sh", "-c", "echo heard > /dev/stderr"}, 20s, "nobody");
    ASSERT_TRUE(result);
    EXPECT_TRUE(result->ok) << result->reason;
    EXPECT_EQ(result->output, "heard\n");
}

TEST_F(Command, AnAbandonedOneIsStoppedAndCollected) {
    CommandRequest request;
    request.unit = name("web-validate");
    request.command = {"/bin/sleep", "1000"};
    {
        auto running = units->run_command(request);
        running.start();
        until([&] { return show(request.unit, "ActiveState") == "activating"; });
    }
    until([&] { return show(request.unit, "LoadState") == "not-found"; });
}

TEST_F(Command, NobodyIsToldOfIt) {
    bool told = false;
    units->on_change = [&](const std::string&, const UnitState&) { told = true; };
    ASSERT_TRUE(command({"/bin/true"}));
    EXPECT_FALSE(told);
}

class Check : public UnitsTest {
protected:
    ~Check() override { ::unsetenv("TMPDIR"); }
};

TEST_F(Check, GoodDirectivesAreFine) {
    const auto problems =
        run(units->check_properties({{"MemoryMax", {"512M"}},
                                     {"After", {"nginx.service"}},
                                     {"Restart", {"on-failure"}},
                                     {"ExecStartPre", {"/bin/true", "/bin/echo hello"}},
                                     {"CPUShares", {"5"}}}));
    ASSERT_TRUE(problems) << problems.error().message;
    EXPECT_TRUE(problems->empty()) << problems->front().message;
}

TEST_F(Check, BadAndUnknownOnesAreEachNamedWithTheReason) {
    const auto problems = run(units->check_properties({{"MemoryMax", {"lots"}},
                                                       {"Restrat", {"always"}},
                                                       {"Nice", {"77"}},
                                                       {"CPUWeight", {"200"}},
                                                       {"ConditionNonsense", {"x"}},
                                                       {"User", {"a\nb"}},
                                                       {"ExecStartPre", {"/no/such"}}}));
    ASSERT_TRUE(problems) << problems.error().message;
    std::map<std::string, std::string> found;
    for (const auto& problem : *problems)
        found[problem.path] = problem.message;
    EXPECT_EQ(found.size(), 6U);
    EXPECT_TRUE(found["MemoryMax"].contains("'lots'")) << found["MemoryMax"];
    EXPECT_TRUE(found["Restrat"].contains("Unknown key 'Restrat'")) << found["Restrat"];
    EXPECT_TRUE(found["Nice"].contains("77")) << found["Nice"];
    EXPECT_TRUE(found["ConditionNonsense"].contains("Unknown key")) << found["ConditionNonsense"];
    EXPECT_TRUE(found["User"].contains("more than one line")) << found["User"];
    EXPECT_TRUE(found["ExecStartPre"].contains("not executable")) << found["ExecStartPre"];
}

TEST_F(Check, ATemporaryDirectoryThatIsGoneIsNotNeeded) {
    ::setenv("TMPDIR", (directory / "gone").c_str(), 1);
    const auto problems = run(units->check_properties({{"MemoryMax", {"lots"}}}));
    ASSERT_TRUE(problems) << problems.error().message;
    ASSERT_EQ(problems->size(), 1U);
    EXPECT_EQ(problems->front().path, "MemoryMax");
}

TEST_F(Check, ATemporaryDirectoryThatTakesNothingIsNamed) {
    ::setenv("TMPDIR", "/proc", 1);
    const auto problems = run(units->check_properties({{"MemoryMax", {"lots"}}}));
    ASSERT_FALSE(problems);
    EXPECT_EQ(problems.error().message,
              "making a directory in /proc to check a unit file in: No such file or directory");
}

TEST_F(Check, NothingIsAskedAboutNothing) {
    auto asking = units->check_properties({});
    asking.start();
    EXPECT_TRUE(asking.done());
}

} // namespace hotreload::test
