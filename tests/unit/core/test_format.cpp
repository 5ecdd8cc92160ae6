// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/format.hpp"

#include <gtest/gtest.h>

namespace hotreload {
namespace format_test {

TEST(Format, IsToldByTheSuffix) {
    EXPECT_EQ(format_of("/etc/app/config.toml"), Format::Toml);
    EXPECT_EQ(format_of("values.yaml"), Format::Yaml);
    EXPECT_EQ(format_of("values.yml"), Format::Yaml);
    EXPECT_EQ(format_of("a.json"), Format::Json);
    EXPECT_EQ(format_of("a.jsonc"), Format::Jsonc);
    EXPECT_EQ(format_of("php.ini"), Format::Ini);
    EXPECT_EQ(format_of("/etc/systemd/system/a.b.service"), Format::Unit);
    EXPECT_EQ(format_of("10-lan.network"), Format::Unit);
    EXPECT_EQ(format_of("/etc/systemd/nspawn/a.nspawn"), Format::Unit);
}

TEST(Format, OfAllOtherNamesIsBytes) {
    for (const auto* path :
         {"", "/", "nginx.conf", "toml", "a.TOML", "a.toml~", "a.json/b", ".d/x.conf"})
        EXPECT_EQ(format_of(path), Format::Bytes) << path;
}

TEST(Format, ADropInOfAUnitIsAUnitFile) {
    EXPECT_EQ(format_of("/etc/systemd/system/a.service.d/10-limits.conf"), Format::Unit);
    EXPECT_EQ(format_of("service.d/x.conf"), Format::Unit);
    EXPECT_EQ(format_of("/etc/nginx/conf.d/x.conf"), Format::Bytes);
    EXPECT_EQ(format_of("a.service.d/readme.txt"), Format::Bytes);
}

} // namespace format_test
} // namespace hotreload
