// SPDX-License-Identifier: LGPL-2.1-or-later
#include "fakes.hpp"
#include "project/contents.hpp"

#include <gtest/gtest.h>

#include <memory>

namespace hotreload::project {
namespace {

struct ContentsTest : testing::Test {
    test::FakeClock clock;
    test::MemoryStore records;
    test::MemoryContents store;
    Ledger ledger{records, clock, {.name = "shop"}};
    Contents contents{std::make_unique<test::NoDocuments>(), store, ledger, clock};
};

// Was: the first one who returned it took it from the other.
TEST_F(ContentsTest, what_two_were_lent_is_there_until_both_have_returned_it) {
    const auto id = test::FakeFiles::id_of("same");
    const HandedFiles one{{"/etc/web", {id, SharedBytes("same")}}};
    const HandedFiles other{{"/etc/app", {id, SharedBytes("same")}}};
    contents.lend(one);
    contents.lend(other);
    contents.return_lent(one);
    EXPECT_EQ(contents.content(id), "same");
    contents.return_lent(other);
    EXPECT_EQ(contents.content(id), std::nullopt);
}

} // namespace
} // namespace hotreload::project
