// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/watch_rules.hpp"
#include "state/view_scope.hpp"

#include <gtest/gtest.h>

using namespace hotreload;

TEST(ViewScope, selects_what_is_watched_and_nothing_else) {
    MemberDefinition service;
    service.watches = {{.files = {"/c/**"}, .exclude = {"**/vendor"}},
                       {.files = {"/c/vendor/deep/*.x", "/c/.git/config"}}};
    const auto scope = *state::ViewScope::parse(service.watches);
    const auto selection = *Selection::parse(service.watches);
    const WatchRules rules(service);
    for (const auto& [path, watched] : std::vector<std::pair<std::string, bool>>{
             {"/c/a", true},
             {"/c/d/a", true},
             {"/c/a~", false},
             {"/c/vendor", false},
             {"/c/vendor/a", true}, // the way to what the second watch asks for leads through it
             {"/c/vendor/other/a", true},
             {"/c/vendor/deep/a.x", true},
             {"/c/.git/config", true},
             {"/c/.git/HEAD", false},
             {"/c/d/vendor/a", false},
             {"/d", false}}) {
        EXPECT_EQ(scope.selects(path), watched) << path;
        EXPECT_EQ(rules.watch(path) != nullptr, watched) << path;
        EXPECT_EQ(selection.file(path).has_value(), watched) << path;
        EXPECT_EQ(selection.explain(path).watched, watched) << path;
    }
    for (const auto* path : {"/c/d", "/c/vendor", "/c/d/vendor", "/c/.git", "/c/vendor/deep"})
        EXPECT_EQ(scope.descends(path), selection.directory(path)) << path;
}
