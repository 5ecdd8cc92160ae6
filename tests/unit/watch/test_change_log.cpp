// SPDX-License-Identifier: LGPL-2.1-or-later
#include "watch/change_log.hpp"

#include <gtest/gtest.h>

namespace hotreload::watch {
namespace {

using Kind = ChangeKind;
using Changes = std::vector<FileChange>;

ChangeLog::State file(std::uint64_t content, std::uint64_t inode = 1) {
    return ChangeLog::Known{{0, content, 1}, {.device = 1, .inode = inode}};
}

TEST(ChangeLog, TellsWhatBecameOfAFile) {
    ChangeLog log;
    log.record("/a", {}, file(1));
    log.record("/b", file(1), file(2));
    log.record("/c", file(3), {});
    EXPECT_EQ(log.changes(), (Changes{{Kind::Created, "/a", ""},
                                      {Kind::Modified, "/b", ""},
                                      {Kind::Deleted, "/c", ""}}));
    log.clear();
    EXPECT_TRUE(log.changes().empty());
}

TEST(ChangeLog, WhatIsAsItWasHasNotChanged) {
    ChangeLog log;
    log.record("/a", file(1), file(2));
    log.record("/a", file(2), file(1));
    log.record("/b", {}, file(1));
    log.record("/b", file(1), {});
    log.record("/c", file(1), {});
    log.record("/c", {}, file(1, 9));
    EXPECT_TRUE(log.changes().empty());
}

TEST(ChangeLog, TheSameFileUnderAnotherNameIsRenamed) {
    ChangeLog log;
    log.record("/new", {}, file(1, 5));
    log.record("/old", file(1, 5), {});
    EXPECT_EQ(log.changes(), (Changes{{Kind::Renamed, "/new", "/old"}}));
}

TEST(ChangeLog, AnInodeThatIsUsedAgainIsNoRename) {
    ChangeLog log;
    log.record("/new", {}, file(2, 5));
    log.record("/old", file(1, 5), {});
    EXPECT_EQ(log.changes(), (Changes{{Kind::Created, "/new", ""}, {Kind::Deleted, "/old", ""}}));
}

TEST(ChangeLog, OneFileIsRenamedToOneNameOnly) {
    ChangeLog log;
    log.record("/hard", {}, file(1, 5));
    log.record("/link", {}, file(1, 5));
    log.record("/old", file(1, 5), {});
    EXPECT_EQ(log.changes(),
              (Changes{{Kind::Renamed, "/hard", "/old"}, {Kind::Created, "/link", ""}}));
}

} // namespace
} // namespace hotreload::watch
