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

TEST(JobTable, TellsTheWaitersOfThatJobOnly) {
    Unused executor;
    JobTable jobs;
    Waiter one(executor), another(executor), other(executor);
    jobs.wait("/job/1", one.end.resolver());
    jobs.wait("/job/1", another.end.resolver()); // a reload merged into a reload
    jobs.wait("/job/2", other.end.resolver());
    jobs.ended("/job/1", "done");
    EXPECT_EQ(one.result(), "done");
    EXPECT_EQ(another.result(), "done");
    EXPECT_EQ(other.result(), "waiting");
    EXPECT_EQ(jobs.waited_for(), std::vector<std::string>{"/job/2"});
}

TEST(JobTable, AnEndBeforeTheWaitIsKeptWhileItIsExpected) {
    Unused executor;
    JobTable jobs;
    Waiter early(executor);
    const JobTable::Expectation expectation(jobs);
    jobs.ended("/job/1", "failed");
    jobs.wait("/job/1", early.end.resolver());
    EXPECT_EQ(early.result(), "failed");
}

TEST(JobTable, OtherPeoplesJobsAreNotHoarded) {
    Unused executor;
    JobTable jobs;
    {
        const JobTable::Expectation expectation(jobs);
        jobs.ended("/job/1", "done");
    }
    jobs.ended("/job/2", "done");
    Waiter late(executor), never(executor);
    jobs.wait("/job/1", late.end.resolver());
    jobs.wait("/job/2", never.end.resolver());
    EXPECT_EQ(late.result(), "waiting");
    EXPECT_EQ(never.result(), "waiting");
}

} // namespace hotreload::units
