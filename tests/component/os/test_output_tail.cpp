// SPDX-License-Identifier: LGPL-2.1-or-later
#include "os/output_tail.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <string>
#include <string_view>

using namespace hotreload;
using namespace hotreload::os;

namespace {

std::string tail_of(std::string_view text, std::size_t limit) {
    EventLoop loop;
    const auto tail = *OutputTail::open(loop, limit);
    EXPECT_EQ(::write(tail->write_end(), text.data(), text.size()),
              static_cast<ssize_t>(text.size()));
    return tail->take();
}

} // namespace

TEST(OutputTail, what_fits_is_whole) {
    EXPECT_EQ(tail_of("one\ntwo\n", 8), "one\ntwo\n");
}

TEST(OutputTail, a_line_that_is_cut_is_left_out) {
    EXPECT_EQ(tail_of("one\ntwo\n", 6), "two\n");
}

TEST(OutputTail, a_long_line_begins_with_a_whole_character) {
    EXPECT_EQ(tail_of("aäöü", 5), "öü");  // cut within the ä
    EXPECT_EQ(tail_of("€€\n", 6), "€\n"); // the only newline is at the end
}
