// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/cancellation.hpp"

#include <gtest/gtest.h>

#include <coroutine>
#include <optional>

namespace hotreload {
namespace {

Task<int> never() {
    co_await std::suspend_always();
    co_return 1;
}

Task<std::optional<int>> under(Cancellation& cancellation) {
    co_return co_await cancellation.unless(never());
}

TEST(Cancellation, what_is_waited_for_ends_at_a_request) {
    Cancellation cancellation;
    auto task = cancellation.unless(never());
    task.start();
    EXPECT_FALSE(task.done());
    cancellation.request();
    ASSERT_TRUE(task.done());
    EXPECT_EQ(task.take(), std::nullopt);
}

TEST(Cancellation, what_ends_at_once_is_not_waited_for) {
    Cancellation cancellation;
    auto task = cancellation.unless(finished(1));
    task.start();
    ASSERT_TRUE(task.done());
    EXPECT_EQ(task.take(), 1);
    cancellation.request();
}

// Was: it was resumed by the request, though it was gone.
TEST(Cancellation, one_within_another_may_be_ended_by_that) {
    Cancellation outer, inner;
    {
        auto task = outer.unless(under(inner));
        task.start();
        outer.request();
        EXPECT_TRUE(task.done());
    }
    inner.request();
    EXPECT_TRUE(inner.requested());
}

} // namespace
} // namespace hotreload
