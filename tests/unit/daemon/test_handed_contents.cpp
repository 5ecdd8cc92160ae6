// SPDX-License-Identifier: LGPL-2.1-or-later
#include "../inline_background.hpp"
#include "daemon/handed_contents.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <optional>

namespace hotreload::daemon {
namespace {

std::shared_ptr<const Fd> memfd(std::string_view text) {
    Fd fd(::memfd_create("content", MFD_CLOEXEC));
    EXPECT_EQ(::write(fd.get(), text.data(), text.size()), static_cast<ssize_t>(text.size()));
    return std::make_shared<const Fd>(std::move(fd));
}

Result<HandedFiles> read(std::vector<ipc::HandedContent> contents) {
    test::InlineBackground background;
    std::optional<Result<HandedFiles>> files;
    TaskScope tasks;
    tasks.spawn([](Background& beside, std::vector<ipc::HandedContent> given,
                   std::optional<Result<HandedFiles>>& to) -> Task<> {
        to = co_await read_handed(beside, std::move(given));
    }(background, std::move(contents), files));
    return *std::move(files);
}

std::string why_not(std::vector<ipc::HandedContent> contents) {
    const auto files = read(std::move(contents));
    EXPECT_FALSE(files);
    return files ? "" : files.error().message;
}

TEST(HandedContents, a_descriptor_is_read_from_its_beginning_and_bytes_are_taken) {
    const auto files = read({{"/srv/a", memfd("one"), {}}, {"/srv/b", {}, "two"}});
    ASSERT_TRUE(files);
    EXPECT_EQ(files->at("/srv/a").bytes.view(), "one");
    EXPECT_EQ(files->at("/srv/b").bytes.view(), "two");
    EXPECT_EQ(files->at("/srv/b").id.size, 3U);
}

TEST(HandedContents, what_could_keep_us_waiting_is_refused) {
    int ends[2];
    ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
    const auto pipe = std::make_shared<const Fd>(ends[0]);
    const Fd other(ends[1]);
    EXPECT_TRUE(why_not({{"/srv/a", pipe, {}}}).contains("memfd"));
    const auto device = std::make_shared<const Fd>(::open("/dev/zero", O_RDONLY | O_CLOEXEC));
    EXPECT_TRUE(why_not({{"/srv/a", device, {}}}).contains("regular file"));
    const auto made_up = std::make_shared<const Fd>(::open("/proc/uptime", O_RDONLY | O_CLOEXEC));
    EXPECT_TRUE(why_not({{"/srv/a", made_up, {}}}).contains("no file on a disk"));
}

TEST(HandedContents, paths_are_plain_and_each_is_there_once) {
    EXPECT_TRUE(why_not({{"srv/a", {}, "x"}}).contains("absolute"));
    EXPECT_TRUE(why_not({{"/srv/../a", {}, "x"}}).contains("plain"));
    EXPECT_TRUE(why_not({{"/srv//a", {}, "x"}}).contains("plain"));
    EXPECT_TRUE(why_not({{"/srv/a", {}, "x"}, {"/srv/a", {}, "y"}}).contains("twice"));
}

TEST(HandedContents, no_more_is_read_than_there_may_be) {
    Fd large(::memfd_create("large", MFD_CLOEXEC));
    ASSERT_EQ(::ftruncate(large.get(), off_t{1} << 40), 0);
    EXPECT_TRUE(
        why_not({{"/srv/a", std::make_shared<const Fd>(std::move(large)), {}}}).contains("16 MiB"));
}

} // namespace
} // namespace hotreload::daemon
