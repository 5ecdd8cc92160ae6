// SPDX-License-Identifier: LGPL-2.1-or-later
#include "temporary_directory.hpp"
#include "units/environment.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

namespace hotreload::units {
namespace {

class EnvironmentTest : public testing::Test {
protected:
    static mode_t mode_of(const std::filesystem::path& path) {
        struct stat status{};
        EXPECT_EQ(::stat(path.c_str(), &status), 0) << path;
        return status.st_mode & 07777;
    }
    static std::string content(const std::string& path) {
        std::ifstream in(path);
        return {std::istreambuf_iterator<char>(in), {}};
    }

    const test::TemporaryDirectory temporary_;
    const std::filesystem::path directory_ = temporary_.path();
    EnvironmentFiles files_{directory_ / "environment"};
};

TEST_F(EnvironmentTest, EveryCharacterWithAMeaningIsEscaped) {
    EXPECT_EQ(environment_text({{"A", "plain"}, {"B", "a\"b\\c`d$e\n#;' "}, {"C", ""}}),
              "A=\"plain\"\nB=\"a\\\"b\\\\c\\`d\\$e\n#;' \"\nC=\"\"\n");
    const auto refused = environment_text({{"A", "\xff"}});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::Invalid);
}

TEST_F(EnvironmentTest, AFileIsItsOwnersAlone) {
    const auto before = ::umask(0);
    const auto path = files_.write("hotreload-a.b@1.service", {{"A", "1"}});
    ::umask(before);
    ASSERT_TRUE(path) << path.error().message;
    EXPECT_EQ(content(*path), "A=\"1\"\n");
    EXPECT_EQ(mode_of(*path), 0600U);
    EXPECT_EQ(mode_of(directory_ / "environment"), 0700U);
}

TEST_F(EnvironmentTest, ItsPathIsNoPatternToTheManager) {
    const auto path = files_.write("hotreload-my\\x2dshop.web@1.service", {{"A", "1"}});
    ASSERT_TRUE(path);
    EXPECT_EQ(path->find_first_of("\\*?[]{}%"), std::string::npos) << *path;
}

TEST_F(EnvironmentTest, WithoutVariablesThereIsNone) {
    ASSERT_TRUE(files_.write("x.service", {{"A", "1"}}));
    EXPECT_EQ(files_.write("x.service", {}), "");
    EXPECT_FALSE(files_.any());
}

TEST_F(EnvironmentTest, WhatAnEarlierLifeLeftIsRemovedButThatOfUnitsThatAreLoaded) {
    EXPECT_FALSE(files_.any()) << "not even the directory is there";
    files_.keep_only({});
    const auto kept = files_.write("my\\x2dshop.service", {{"A", "1"}});
    const auto stale = files_.write("b.service", {{"A", "1"}});
    std::ofstream(directory_ / "environment" / ".c.service.tmp") << "cut short";
    EXPECT_TRUE(files_.any());
    files_.keep_only({"my\\x2dshop.service"});
    EXPECT_TRUE(std::filesystem::exists(*kept));
    EXPECT_FALSE(std::filesystem::exists(*stale));
    files_.remove("my\\x2dshop.service");
    EXPECT_FALSE(files_.any());
}

TEST_F(EnvironmentTest, ADirectoryThatCannotBeMadeIsAnError) {
    std::ofstream(directory_ / "file") << "no directory";
    const EnvironmentFiles nowhere(directory_ / "file" / "environment");
    EXPECT_FALSE(nowhere.write("x.service", {{"A", "1"}}));
    EXPECT_TRUE(nowhere.write("x.service", {}));
}

} // namespace
} // namespace hotreload::units
