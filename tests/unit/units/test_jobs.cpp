// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/executor.hpp"
#include "units/jobs.hpp"

#include <gtest/gtest.h>

namespace hotreload::units {

namespace {

class Unused final : public Executor {
    void post(std::move_only_function<void()> /*work*/) override {}
};

struct Waiter {
    explicit Waiter(Executor& executor) : end(executor) {}
    std::string result() { return end.await_ready() ? end.await_resume() : "waiting"; }
    Completion<std::string> end;
};

} // namespace

class JobTableTest : public testing::Test {
protected:
    JobTableTest() {
        jobs.on_ended = [this](const auto& unit, const auto& result, bool ours) {
            told.push_back(unit + " " + result + (ours ? "" : " by others"));
        };
    }

    Unused executor;
    JobTable jobs;
    std::vector<std::string> told;
};

TEST_F(JobTableTest, TellsTheWaitersOfThatJobOnly) {
    Waiter one(executor), another(executor), other(executor);
    jobs.wait("/job/1", one.end.resolver());
    jobs.wait("/job/1", another.end.resolver()); // a reload merged into a reload
    jobs.wait("/job/2", other.end.resolver());
    jobs.ended("/job/1", "web", "done");
    EXPECT_EQ(one.result(), "done");
    EXPECT_EQ(another.result(), "done");
    EXPECT_EQ(other.result(), "waiting");
    EXPECT_EQ(jobs.waited_for(), std::vector<std::string>{"/job/2"});
    EXPECT_EQ(told, std::vector<std::string>{"web done"});
}

TEST_F(JobTableTest, AnEndBeforeTheWaitIsKeptWhileItIsExpected) {
    Waiter early(executor), merged(executor);
    const JobTable::Expectation expectation(jobs, "web"), another(jobs, "web");
    jobs.ended("/job/1", "web", "failed");
    jobs.wait("/job/1", early.end.resolver());
    jobs.wait("/job/1", merged.end.resolver());
    EXPECT_EQ(early.result(), "failed");
    EXPECT_EQ(merged.result(), "failed");
    EXPECT_EQ(told, std::vector<std::string>{"web failed"});
}

TEST_F(JobTableTest, AnEndBeforeTheWaitIsKeptForACallWhoseUnitMayHaveAnotherName) {
    Waiter early(executor);
    const JobTable::Expectation expectation(jobs, "");
    jobs.ended("/job/1", "web", "failed");
    jobs.wait("/job/1", early.end.resolver());
    EXPECT_EQ(early.result(), "failed");
}

TEST_F(JobTableTest, OtherPeoplesJobsAreNotHoarded) {
    {
        const JobTable::Expectation expectation(jobs, "web");
        jobs.ended("/job/1", "web", "done");
        jobs.ended("/job/3", "db", "done");
    }
    jobs.ended("/job/2", "web", "canceled");
    Waiter late(executor), never(executor), other(executor);
    jobs.wait("/job/1", late.end.resolver());
    jobs.wait("/job/2", never.end.resolver());
    jobs.wait("/job/3", other.end.resolver());
    EXPECT_EQ(late.result(), "waiting");
    EXPECT_EQ(never.result(), "waiting");
    EXPECT_EQ(other.result(), "waiting");
    EXPECT_EQ(told, (std::vector<std::string>{"db done by others", "web done by others",
                                              "web canceled by others"}));
}

TEST_F(JobTableTest, AJobOfAnotherCallAboutTheSameUnitIsNotTakenForSomebodyElses) {
    Waiter waiter(executor);
    const JobTable::Expectation second(jobs, "web");
    {
        const JobTable::Expectation first(jobs, "web");
        jobs.ended("/job/2", "web", "done"); // made by the second call
    }
    EXPECT_TRUE(told.empty());
    jobs.wait("/job/2", waiter.end.resolver());
    EXPECT_EQ(waiter.result(), "done");
    EXPECT_EQ(told, std::vector<std::string>{"web done"});
}

} // namespace hotreload::units
