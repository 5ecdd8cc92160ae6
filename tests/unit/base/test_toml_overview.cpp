// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/toml_overview.hpp"

#include <gtest/gtest.h>

#include <format>
#include <string>

namespace hotreload {
namespace {

std::string excess(std::string_view text, const TomlLimits& limits) {
    const auto found = find_toml_excess(text, limits);
    if (!found)
        return "none";
    return std::format("{} {} at {}", found->of == TomlExcess::Of::Depth ? "depth" : "values",
                       found->count, found->offset);
}

TEST(TomlOverview, the_first_thing_that_is_too_deep_is_found) {
    const TomlLimits three{.depth = 3};
    EXPECT_EQ(excess("", three), "none");
    EXPECT_EQ(excess("a.b.c = 1.5.5.5 # x.y.z.w", three), "none");
    EXPECT_EQ(excess("a.b.c = '.....'\n[d.e]\nf = 'x'\n", three), "none");
    EXPECT_EQ(excess("x = 1\na.b.c.d.e = 1", three), "depth 4 at 11");
    EXPECT_EQ(excess("[a.b]\nc = [[", three), "depth 4 at 10");
}

TEST(TomlOverview, the_first_value_that_is_too_many_is_found) {
    const TomlLimits three{.depth = 100, .values = 3};
    EXPECT_EQ(excess("a = [1]", three), "none");
    EXPECT_EQ(excess("a = [1, 2, 3]", three), "values 4 at 6");
    EXPECT_EQ(excess("a = 1\nb = 2\nc = 3\n", three), "values 4 at 14");
}

TEST(TomlOverview, one_step_that_is_both_is_the_values) {
    EXPECT_EQ(excess("a = [", {.depth = 1, .values = 2}), "values 3 at 4");
}

} // namespace
} // namespace hotreload
