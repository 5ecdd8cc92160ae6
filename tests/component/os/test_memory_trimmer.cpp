// SPDX-License-Identifier: LGPL-2.1-or-later
#include "os/memory_trimmer.hpp"

#include <gtest/gtest.h>

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

} // namespace

TEST(MemoryTrimmer, what_a_large_piece_of_work_has_freed_is_given_back_when_it_is_over) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    GTEST_SKIP() << "a sanitizer has a malloc of its own, which cannot be trimmed";
#endif
    os::EventLoop loop;
    const os::MemoryTrimmer trimmer(loop);
    std::vector<std::unique_ptr<char[]>> kept;
    loop.post([&] { kept = what_stays_of_work(); });
    loop.run_once(0s);
    const auto at_work = os::resident_memory();
    for (int i = 0; i < 10 && os::resident_memory() > at_work / 2; ++i)
        loop.run_once(2s);
    EXPECT_LE(os::resident_memory(), at_work / 2);
    EXPECT_EQ(kept.size(), 1000U);
}
