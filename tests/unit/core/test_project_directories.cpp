// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/project_directories.hpp"

#include <gtest/gtest.h>

namespace hotreload {
namespace {

TEST(ProjectDirectories, drop_ins_are_beside_each_place_where_the_file_could_be) {
    const std::vector<std::string> all{"/etc/hotreload/shop.toml.d", "/run/hotreload.d/shop.toml.d",
                                       "/usr/lib/hotreload/shop.toml.d"};
    EXPECT_EQ(drop_in_directories("/usr/lib/hotreload/shop.toml"), all);
    EXPECT_EQ(drop_in_directories("/etc/hotreload/shop.toml"), all);
}

TEST(ProjectDirectories, a_file_that_is_elsewhere_has_none) {
    for (const auto* path : {"/srv/shop/hotreload.toml", "/etc/hotreload/sub/shop.toml",
                             "/etc/hotreload.toml", "shop.toml", ""})
        EXPECT_TRUE(drop_in_directories(path).empty()) << path;
}

TEST(ProjectDirectories, a_drop_in_is_known_by_its_path) {
    const auto* const file = "/usr/lib/hotreload/shop.toml";
    EXPECT_TRUE(is_drop_in("/etc/hotreload/shop.toml.d/10-more.toml", file));
    EXPECT_FALSE(is_drop_in("/etc/hotreload/shop.toml.d/.10-more.toml", file)) << "hidden";
    EXPECT_FALSE(is_drop_in("/etc/hotreload/shop.toml.d/README", file));
    EXPECT_FALSE(is_drop_in("/etc/hotreload/blog.toml.d/10-more.toml", file));
    EXPECT_FALSE(is_drop_in("/etc/hotreload/shop.toml", file));
    EXPECT_FALSE(is_drop_in("/srv/shop.toml.d/a.toml", "/srv/shop.toml"));
}

} // namespace
} // namespace hotreload
