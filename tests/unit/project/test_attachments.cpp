// SPDX-License-Identifier: LGPL-2.1-or-later
#include "../core/fake_units.hpp"
#include "project/attachments.hpp"

#include <gtest/gtest.h>

namespace hotreload::project {
namespace {

TEST(Attachments, are_swapped_by_two_services_of_one_project) {
    hotreload::test::FakeUnits units;
    Attachments attachments(units);
    const Attachments::Holder a{"shop", "a"}, b{"shop", "b"}, stranger{"other", "c"};
    attachments.keep_only(a, {"x.service"});
    attachments.keep_only(b, {"y.service"});
    int released = 0;
    attachments.on_release = [&] { ++released; };
    attachments.keep_only(a, {"x.service", "y.service"}, "x.service");
    EXPECT_EQ(released, 1);
    EXPECT_EQ(attachments.rival("y.service", a), b); // which does not leave it yet
    attachments.keep_only(b, {"x.service", "y.service"}, "y.service");
    EXPECT_EQ(released, 2);
    EXPECT_EQ(attachments.rival("y.service", a), std::nullopt);
    EXPECT_EQ(attachments.rival("x.service", b), std::nullopt);
    EXPECT_EQ(attachments.rival("x.service", stranger), a); // another project's waits
}

TEST(Attachments, that_are_left_are_taken_back_when_nobody_has_them_yet) {
    hotreload::test::FakeUnits units;
    Attachments attachments(units);
    const Attachments::Holder a{"shop", "a"}, b{"shop", "b"};
    attachments.keep_only(a, {"x.service", "y.service"}, "x.service");
    attachments.keep_only(a, {"x.service"});
    EXPECT_EQ(attachments.rival("x.service", b), a);
}

// Was: the one that only waits for the unit was told to have it.
TEST(Attachments, are_told_by_the_one_that_has_the_unit) {
    hotreload::test::FakeUnits units;
    Attachments attachments(units);
    const Attachments::Holder first{"shop", "a"}, second{"other", "b"};
    attachments.keep_only(first, {"x.service"});
    attachments.keep_only(second, {"x.service"});
    EXPECT_EQ(attachments.holder("x.service", "shop"), std::nullopt);
    EXPECT_EQ(attachments.holder("x.service", "other"), first);
    EXPECT_EQ(attachments.holder("x.service", "third"), first);
    EXPECT_EQ(attachments.holder("y.service", "third"), std::nullopt);
}

} // namespace
} // namespace hotreload::project
