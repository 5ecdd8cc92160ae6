// SPDX-License-Identifier: LGPL-2.1-or-later
#include "fixture.hpp"

#include <sys/stat.h>

namespace hotreload::watch {
namespace {

class Writing : public WatchTest {};

TEST_F(Writing, AFileSavedThreeTimesTheVimWayIsThreeChanges) {
    const auto file = dir / "f.conf";
    write(file, "0");
    auto watched = watch(file);
    for (int i = 1; i <= 3; ++i) {
        write(dir / "4913", "");
        fs::remove(dir / "4913");
        fs::rename(file, file + "~");
        write(file, std::to_string(i));
        fs::remove(file + "~");
        ASSERT_TRUE(until([&] { return watched->calls == i; })) << i;
        EXPECT_EQ(watched->changes, Changes{modified(file)});
    }
    pass();
    EXPECT_EQ(watched->calls, 3);
}

TEST_F(Writing, ATemporaryRenamedOverTheFileIsOneChange) {
    const auto file = dir / "f.conf";
    write(file, "a");
    auto watched = watch(dir / "*.conf");
    for (int i = 1; i <= 3; ++i) {
        write(dir / "f.conf.new", std::to_string(i));
        fs::rename(dir / "f.conf.new", file);
        ASSERT_TRUE(until([&] { return watched->calls == i; }));
        EXPECT_EQ(watched->changes, Changes{modified(file)});
    }
}

TEST_F(Writing, DroppingsOfEditorsCauseNothing) {
    const auto file = dir / "f";
    write(file, "a");
    auto watched = watch(dir / "**");
    for (const auto* name : {"4913", ".f.swp", ".f.swx", ".f.swo", "f~", "#f#", "f.tmp",
                             ".f.kate-swp", "f___jb_tmp___", ".goutputstream-AB12CD", "f.dpkg-new"})
        write(dir / name, "x");
    fs::create_symlink("nobody@nowhere.1:2", dir / ".#f");
    fs::create_directory(dir / ".git");
    write(dir / ".git/HEAD", "x");
    pass();
    EXPECT_EQ(watched->calls, 0);
    EXPECT_EQ(watched->set->look(Rescan::All).content.files.size(), 1U);
}

TEST_F(Writing, ADroppingThatAPatternNamesIsAFileLikeAnyOther) {
    auto watched = watch({definition({dir / "keys~", dir / "**/4913"})});
    fs::create_directory(dir / "sub");
    write(dir / "sub/4913", "x");
    write(dir / "keys~", "x");
    ASSERT_TRUE(
        until([&] { return watched->has(dir / "keys~") && watched->has(dir / "sub/4913"); }));
}

TEST_F(Writing, AFileThatIsOpenForWritingIsNotTakenBeforeItIsClosed) {
    const auto file = dir / "f";
    write(file, "whole");
    auto watched = watch(file);
    const auto before = watched->content.files;

    Fd fd(open(file.c_str(), O_WRONLY | O_TRUNC | O_CLOEXEC));
    append(fd.get(), "ha");
    ASSERT_TRUE(until([&] { return watched->calls == 1; }));
    EXPECT_EQ(watched->content.writing, Paths{file});
    EXPECT_EQ(watched->content.files, before);
    EXPECT_TRUE(watched->changes.empty());
    EXPECT_TRUE(watched->content.missing.empty());

    append(fd.get(), "lf");
    pass();
    EXPECT_EQ(watched->calls, 1) << "it is known to be written already";

    fd = Fd();
    ASSERT_TRUE(until([&] { return watched->calls == 2; }));
    EXPECT_EQ(watched->changes, Changes{modified(file)});
    EXPECT_TRUE(watched->content.writing.empty());
    EXPECT_EQ(watched->content.files.at(file).size, 4U);
}

TEST_F(Writing, ANewFileThatIsOpenForWritingIsNeitherMissingNorThere) {
    const auto file = dir / "f";
    auto watched = watch(file);
    EXPECT_EQ(watched->content.missing, Paths{file});
    Fd fd(open(file.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644));
    ASSERT_TRUE(until([&] { return watched->calls == 1; }));
    EXPECT_EQ(watched->content, (Snapshot{{}, {}, {file}, {}}));
    fd = Fd();
    ASSERT_TRUE(until([&] { return watched->has(file); }));
    EXPECT_EQ(watched->changes, Changes{created(file)});
}

TEST_F(Writing, AnotherFileIsTakenWhileOneIsBeingWritten) {
    auto watched = watch(dir / "*");
    const Fd fd(open((dir / "slow").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644));
    write(dir / "quick", "x");
    ASSERT_TRUE(until([&] { return watched->has(dir / "quick"); }));
    EXPECT_EQ(watched->content.writing, Paths{dir / "slow"});
}

TEST_F(Writing, ACloseByAnotherNameIsNoticedAllTheSame) {
    const auto file = dir / "conf/f";
    fs::create_directories(dir / "conf");
    write(dir / "elsewhere", "a");
    fs::create_hard_link(dir / "elsewhere", file);
    auto watched = watch(file);
    Fd fd(open((dir / "elsewhere").c_str(), O_WRONLY | O_TRUNC | O_CLOEXEC));
    append(fd.get(), "bb");
    EXPECT_EQ(watched->set->look(Rescan::All).content.writing, Paths{file});
    fd = Fd();
    ASSERT_TRUE(until([&] { return watched->calls == 1; }));
    EXPECT_EQ(watched->changes, Changes{modified(file)});
}

TEST_F(Writing, ARemovedFileIsMissingUntilItIsThereAgain) {
    const auto file = dir / "f";
    write(file, "a");
    auto watched = watch(file);
    fs::remove(file);
    ASSERT_TRUE(until([&] { return watched->calls == 1; }));
    EXPECT_EQ(watched->content.missing, Paths{file});
    EXPECT_EQ(watched->changes, Changes{deleted(file)});
    write(file, "b");
    ASSERT_TRUE(until([&] { return watched->calls == 2; }));
    EXPECT_EQ(watched->changes, Changes{created(file)});
    EXPECT_TRUE(watched->content.missing.empty());
}

TEST_F(Writing, DeletedAndCreatedWithinTheQuietTimeIsModified) {
    const auto file = dir / "f";
    write(file, "a");
    auto watched = watch(dir / "*");
    fs::remove(file);
    write(file, "b");
    ASSERT_TRUE(until([&] { return watched->calls == 1; }));
    EXPECT_EQ(watched->changes, Changes{modified(file)});
}

TEST_F(Writing, TouchAndChmodAndTheSameBytesAreNoChange) {
    const auto file = dir / "f";
    write(file, "same");
    auto watched = watch(file);
    fs::last_write_time(file, fs::file_time_type::clock::now() + 1h);
    chmod(file.c_str(), 0600);
    pass();
    write(file, "same");
    pass();
    EXPECT_EQ(watched->calls, 0);
}

TEST_F(Writing, OtherBytesOfTheSameSizeWithTheTimeSetBackAreAChange) {
    const auto file = dir / "f";
    write(file, "aaaa");
    const auto time = fs::last_write_time(file);
    auto watched = watch(file);
    write(file, "bbbb");
    fs::last_write_time(file, time);
    ASSERT_TRUE(until([&] { return watched->calls == 1; }));
    EXPECT_EQ(watched->changes, Changes{modified(file)});
}

TEST_F(Writing, AFileReadWithinTheClocksGranularityOfItsChangeIsRacy) {
    const auto file = dir / "f";
    write(file, "aaaa");
    os::Opener opener;
    ContentReader reader(opener, loop);
    EXPECT_TRUE(reader.read(file, false)->racy);
    const auto* const old = "/bin/sh"; // ctime cannot be set
    EXPECT_FALSE(reader.read(old, false)->racy);
}

// A reader for which time is always over: it reads a piece in each call.
class InPieces : public Writing {
protected:
    static constexpr std::size_t kSize = 1'000'000;

    std::optional<ContentReader::Read> read_piece() {
        return reader.read(file, false, true, ContentReader::Clock::time_point::min(), reading);
    }
    ContentReader::Read read_all() {
        for (int pieces = 0; pieces < 100; ++pieces)
            if (auto read = read_piece())
                return *std::move(read);
        return std::unexpected(NotRead{NotRead::Why::Unreadable, "without an end"});
    }
    // At another time by the clock of the file system.
    void write_later(const std::string& bytes) const {
        const auto then = fs::last_write_time(file);
        do
            write(dir / "tick", "");
        while (fs::last_write_time(dir / "tick") == then);
        write(file, bytes);
    }
    void replace(const std::string& bytes) const {
        write(dir / "other", bytes);
        fs::rename(dir / "other", file);
    }

    const std::string file = dir / "f";
    const std::string before = std::string(kSize, 'a');
    const std::string after = std::string(kSize, 'b');
    os::Opener opener;
    ContentReader reader{opener, loop};
    ContentReader::ReadingPtr reading;
};

TEST_F(InPieces, ALargeFileIsReadWholeAndOffered) {
    write(file, before);
    ASSERT_FALSE(read_piece());
    ASSERT_FALSE(read_piece());
    EXPECT_EQ(read_all()->id, content_id(before));
    EXPECT_EQ(reader.bytes(), before);
    EXPECT_FALSE(reading);
}

TEST_F(InPieces, AFileThatIsReplacedInTheMiddleIsReadAsItIsNow) {
    write(file, before);
    ASSERT_FALSE(read_piece());
    replace(after);
    EXPECT_EQ(read_all()->id, content_id(after));
}

TEST_F(InPieces, AFileThatIsWrittenInTheMiddleIsReadAgain) {
    write(file, before);
    ASSERT_FALSE(read_piece());
    write_later(after);
    EXPECT_EQ(read_all()->id, content_id(after));
}

// Was: others who read it in the same turn were given what it had held before.
TEST_F(InPieces, AFileThatIsMadeSmallInTheMiddleIsOfferedAsItIsNow) {
    write(file, before);
    ASSERT_FALSE(read_piece());
    write(file, "small");
    for (int readers = 0; readers < 2; ++readers) {
        EXPECT_EQ(read_all()->id, content_id("small"));
        EXPECT_EQ(reader.bytes(), "small");
    }
}

TEST_F(InPieces, AFileThatIsDeletedInTheMiddleIsGone) {
    write(file, before);
    ASSERT_FALSE(read_piece());
    fs::remove(file);
    const auto read = read_all();
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().why, NotRead::Why::Gone);
}

TEST_F(InPieces, AFileThatChangesAgainAndAgainIsBeingWritten) {
    write(file, before);
    std::optional<ContentReader::Read> read;
    for (int pieces = 0; pieces < 100 && !read; ++pieces) {
        replace(pieces % 2 == 0 ? after : before);
        read = read_piece();
    }
    ASSERT_TRUE(read && !*read);
    EXPECT_EQ(read->error().why, NotRead::Why::Writing);
}

TEST_F(InPieces, AnotherFileIsNotTakenForTheOneInTheMiddle) {
    write(file, before);
    write(dir / "g", after);
    ASSERT_FALSE(read_piece());
    EXPECT_EQ(reader.read(dir / "g", false, false)->id, content_id(after));
    EXPECT_EQ(read_all()->id, content_id(before));
}

TEST_F(Writing, AFileLargerThanTheBufferIsReadToItsEnd) {
    const auto file = dir / "f";
    write(file, std::string(1'000'000, 'a') + 'x');
    auto watched = watch(file);
    EXPECT_EQ(watched->content.files.at(file).size, 1'000'001U);
    write(file, std::string(1'000'000, 'a') + 'y');
    ASSERT_TRUE(until([&] { return watched->calls == 1; }));
}

TEST_F(Writing, NamesOfAnyBytesAreWatched) {
    auto watched = watch(dir / "*");
    const Paths names{dir / "new\nline", dir / "été €", dir / std::string(255, 'n'),
                      dir / "\xff\xfe"};
    for (const auto& name : names)
        write(name, "x");
    ASSERT_TRUE(until([&] { return watched->content.files.size() == names.size(); }));
    write(names[2], "y");
    ASSERT_TRUE(until([&] { return watched->changes == Changes{modified(names[2])}; }));
}

TEST_F(Writing, OnlyRegularFilesAreRead) {
    ASSERT_EQ(mkfifo((dir / "pipe").c_str(), 0600), 0);
    auto watched = watch({definition({dir / "*", dir / "pipe"})});
    EXPECT_TRUE(watched->content.files.empty());
    ASSERT_EQ(watched->content.unreadable.size(), 1U);
    EXPECT_EQ(watched->content.unreadable[0],
              (Problem{dir / "pipe", 0, 0, "it is no regular file", Audience::Everybody}));
    ASSERT_EQ(mkfifo((dir / "pipe2").c_str(), 0600), 0);
    pass();
    EXPECT_EQ(watched->calls, 0);
}

TEST_F(Writing, OurOwnReadingQueuesNoEvent) {
    write(dir / "f", "x");
    auto watched = watch(dir / "**");
    os::Inotify inotify = *os::Inotify::open();
    DirectoryTable table(inotify);
    struct Silent final : DirectoryUser {
        void entry_changed(const EntryEvent&) override {}
        void directory_lost() override {}
    } silent;
    const auto held = table.watch(dir.path(), Interest::Content, silent);
    watched->set->look(Rescan::All); // it was read just now, so it is hashed again
    EXPECT_TRUE(inotify.read().empty());
}

} // namespace
} // namespace hotreload::watch
