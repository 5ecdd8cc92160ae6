// SPDX-License-Identifier: LGPL-2.1-or-later
// What root is led to by others. Whoever is not root has the kernel for that.
#include "fixture.hpp"

#include <sys/stat.h>

namespace hotreload::watch {
namespace {

constexpr uid_t kSomebody = 54321; // no account

class Led : public WatchTest {
protected:
    void SetUp() override {
        if (geteuid() != 0)
            GTEST_SKIP() << "not root";
        fs::permissions(dir.path(), fs::perms(0755));
        fs::create_directories(dir / "app");
        fs::create_directories(dir / "secret");
        fs::permissions(dir / "secret", fs::perms(0700));
        write(dir / "secret/key", "s3cret");
        write(dir / "shadow", "root:hash");
        fs::permissions(dir / "shadow", fs::perms(0600));
        give(dir / "app");
    }
    static void give(const std::string& path) {
        ASSERT_EQ(lchown(path.c_str(), kSomebody, kSomebody), 0);
    }
    void link(const std::string& target, const std::string& path) {
        fs::create_symlink(target, path);
        give(path);
    }
    static std::string problem(const Watched& watched) {
        return watched.content.unreadable.empty() ? "" : to_string(watched.content.unreadable[0]);
    }

    const std::string file = dir / "app/c.ini";
};

TEST_F(Led, AFileThatItsOwnerReplacesByALinkToASecretIsNotRead) {
    write(file, "a = 1");
    give(file);
    auto watched = watch(file);
    const auto before = watched->content.files.at(file);
    fs::remove(file);
    link(dir / "shadow", file);
    ASSERT_TRUE(until([&] { return !watched->content.unreadable.empty(); }));
    EXPECT_EQ(watched->content.files.at(file), before) << "what it had is what it has";
    EXPECT_EQ(problem(*watched),
              file + ": not read: the directory " + (dir / "app") +
                  " belongs to 54321, who could not read this: let 54321 read it, or "
                  "chown root " +
                  (dir / "app"));
    EXPECT_FALSE(watched->set->explain(file).watched);
    fs::permissions(dir / "shadow", fs::perms(0644));
    ASSERT_TRUE(until([&] { return watched->content.unreadable.empty(); }));
    EXPECT_NE(watched->content.files.at(file), before);
}

TEST_F(Led, ADirectoryOfRootsIsJudgedAnewWhenItHasBecomeSomebodys) {
    const std::string own = dir / "etc/f";
    fs::create_directories(dir / "etc");
    write(own, "1");
    auto watched = watch(own);
    const auto before = watched->content.files.at(own);
    write(own, "2");
    ASSERT_TRUE(until([&] { return watched->content.files.at(own) != before; }));
    const auto last = watched->content.files.at(own);
    give(dir / "etc");
    fs::create_hard_link(dir / "shadow", dir / "etc/other");
    fs::rename(dir / "etc/other", own);
    ASSERT_TRUE(until([&] { return !watched->content.unreadable.empty(); }));
    EXPECT_EQ(watched->content.files.at(own), last);
}

TEST_F(Led, ADirectoryInThePlaceOfOneOfRootsIsJudged) {
    const std::string own = dir / "srv/conf/f";
    fs::create_directories(dir / "srv/conf");
    write(own, "1");
    auto watched = watch(own);
    const auto before = watched->content.files.at(own);
    write(dir / "secret/f", "s3cret");
    fs::create_directories(dir / "other");
    link("../secret", dir / "other/conf");
    give(dir / "other");
    fs::rename(dir / "srv", dir / "old");
    fs::rename(dir / "other", dir / "srv");
    ASSERT_TRUE(until([&] { return !watched->content.unreadable.empty(); }));
    EXPECT_EQ(watched->content.files.at(own), before);
}

TEST_F(Led, ALinkOfSomebodysInADirectoryOfRootsIsNamed) {
    fs::create_directories(dir / "etc");
    link(dir / "shadow", dir / "etc/f");
    auto named = watch(dir / "etc/f");
    auto found = watch(dir / "etc/*");
    for (const auto* watched : {named.get(), found.get()}) {
        EXPECT_TRUE(watched->content.files.empty());
        EXPECT_NE(problem(*watched).find("the symbolic link " + (dir / "etc/f") + " belongs to"),
                  std::string::npos);
    }
}

TEST_F(Led, WhetherAFileIsThereIsNotToldToWhoMayNotLook) {
    link(dir / "secret/key", dir / "app/there");
    link(dir / "secret/nothing", dir / "app/missing");
    link(dir / "secret", dir / "app/directory");
    auto watched =
        watch({definition({dir / "app/there", dir / "app/missing", dir / "app/directory/key"})});
    EXPECT_EQ(watched->content.unreadable.size(), 3U);
    EXPECT_TRUE(watched->content.missing.empty());
    EXPECT_TRUE(watched->content.files.empty());
}

TEST_F(Led, AHardLinkOfSomebodysIsNotRead) {
    fs::create_hard_link(dir / "shadow", file);
    auto watched = watch(file);
    EXPECT_TRUE(watched->content.files.empty());
    EXPECT_FALSE(watched->content.unreadable.empty());
}

TEST_F(Led, APatternDoesNotWalkIntoWhatSomebodyMayNotList) {
    link(dir / "secret", dir / "app/sub");
    fs::create_directories(dir / "app/private");
    write(dir / "app/private/f", "x");
    fs::permissions(dir / "app/private", fs::perms(0700));
    write(dir / "app/own", "x");
    give(dir / "app/own");
    auto watched = watch(dir / "app/**");
    EXPECT_EQ(watched->content.files.size(), 1U);
    EXPECT_EQ(watched->content.unreadable.size(), 2U);
    const auto explained = watched->set->explain(dir / "app/sub/key");
    EXPECT_FALSE(explained.watched);
    EXPECT_NE(explained.watches.front().left_out.find("54321"), std::string::npos);
    chmod((dir / "app/private").c_str(), 0755);
    ASSERT_TRUE(until([&] { return watched->has(dir / "app/private/f"); }));
}

TEST_F(Led, FilesOfADirectoryThatBecomesALinkToSecretsAreNotTakenForDeleted) {
    fs::create_directories(dir / "app/sub/more");
    for (const auto* name : {"app/sub/key", "app/sub/more/other"}) {
        write(dir / name, "x");
        give(dir / name);
    }
    auto watched = watch(dir / "app/**");
    ASSERT_EQ(watched->content.files.size(), 2U);
    fs::rename(dir / "app/sub", dir / "away");
    link(dir / "secret", dir / "app/sub");
    ASSERT_TRUE(until([&] { return !watched->content.unreadable.empty(); }));
    EXPECT_EQ(watched->content.files.size(), 2U);
    fs::remove(dir / "app/sub");
    ASSERT_TRUE(until([&] { return watched->content.files.empty(); }));
    EXPECT_TRUE(watched->content.unreadable.empty());
}

TEST_F(Led, WhatEverybodyReadsIsRead) {
    write(dir / "public", "x");
    link(dir / "public", file);
    fs::create_directories(dir / "open");
    write(dir / "open/f", "x");
    link(dir / "open", dir / "app/open");
    auto watched = watch(dir / "app/**");
    EXPECT_TRUE(watched->has(file));
    EXPECT_TRUE(watched->has(dir / "app/open/f"));
    EXPECT_TRUE(watched->content.unreadable.empty());
}

TEST_F(Led, RootsOwnLinksLeadAnywhere) {
    fs::create_symlink(dir / "secret", dir / "sub");
    auto watched = watch(dir / "sub/**");
    EXPECT_TRUE(watched->has(dir / "sub/key"));
}

TEST_F(Led, WhatIsNoFileIsNotWaitedFor) {
    ASSERT_EQ(mkfifo((dir / "app/fifo").c_str(), 0666), 0);
    link("/dev/zero", dir / "app/zero");
    link("/dev/tty", dir / "app/terminal");
    write(dir / "app/huge", "");
    fs::resize_file(dir / "app/huge", std::uintmax_t{100} << 30);
    give(dir / "app/huge");
    auto watched = watch(dir / "app/**");
    EXPECT_TRUE(watched->content.files.empty());
    EXPECT_EQ(problem(*watched),
              (dir / "app/huge") + ": not read: it is larger than 1 GiB; exclude it");
}

} // namespace
} // namespace hotreload::watch
