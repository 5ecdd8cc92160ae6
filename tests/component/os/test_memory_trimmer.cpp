// SPDX-License-Identifier: LGPL-2.1-or-later
#include "os/memory_trimmer.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <vector>

using namespace hotreload;
using namespace std::chrono_literals;

namespace {

// Something to work with, of which every hundredth piece stays: nothing of it is at the heap's end.
std::vector<std::unique_ptr<char[]>> what_stays_of_work() {
    std::vector<std::unique_ptr<char[]>> pieces;
    for (int i = 0; i < 100'000; ++i)
        pieces.push_back(std::make_unique<char[]>(200));
    std::vector<std::unique_ptr<char[]>> kept;
    for (std::size_t i = 0; i < pieces.size(); i += 100)
        kept.push_back(std::move(pieces[i]));
    return kept;
}

class MemoryTrimmerTest : public testing::Test {
protected:
    void SetUp() override {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
        GTEST_SKIP() << "a sanitizer has a malloc of its own, which cannot be trimmed";
#endif
        loop_.post([this] { kept_ = what_stays_of_work(); });
        loop_.run_once(0s);
        at_work_ = os::resident_memory();
    }

    [[nodiscard]] bool given_back() const { return os::resident_memory() < at_work_ / 2; }

    os::EventLoop loop_;
    const os::MemoryTrimmer trimmer_{loop_};
    std::vector<std::unique_ptr<char[]>> kept_;
    std::size_t at_work_ = 0;
};

} // namespace

TEST_F(MemoryTrimmerTest, what_a_large_piece_of_work_has_freed_is_given_back_when_it_is_over) {
    for (int i = 0; i < 10 && !given_back(); ++i)
        loop_.run_once(2s);
    EXPECT_TRUE(given_back());
    EXPECT_EQ(kept_.size(), 1000U);
}

TEST_F(MemoryTrimmerTest, a_loop_that_always_has_a_little_to_do_keeps_no_more) {
    os::Timer timer(loop_);
    const std::function<void()> tick = [&] { timer.arm(50ms, tick); };
    tick();
    for (int i = 0; i < 200 && !given_back(); ++i)
        loop_.run_once(2s);
    EXPECT_TRUE(given_back());
}
