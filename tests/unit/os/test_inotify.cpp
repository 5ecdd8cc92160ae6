// SPDX-License-Identifier: LGPL-2.1-or-later
#include "os/inotify.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <random>
#include <vector>

namespace hotreload::os {
namespace {

using Bytes = std::vector<std::byte>;

void add(Bytes& bytes, int watch, std::uint32_t mask, std::string_view name, std::uint32_t padded) {
    inotify_event header{};
    header.wd = watch;
    header.mask = mask;
    header.len = padded;
    const auto at = bytes.size();
    bytes.resize(at + sizeof header + padded);
    std::memcpy(bytes.data() + at, &header, sizeof header);
    if (!name.empty())
        std::memcpy(bytes.data() + at + sizeof header, name.data(), name.size());
}

std::vector<InotifyEvent> take_all(std::span<const std::byte>& rest) {
    std::vector<InotifyEvent> events;
    while (const auto event = take_event(rest))
        events.push_back(*event);
    return events;
}

TEST(Inotify, EventsAreTakenOneAfterTheOther) {
    Bytes bytes;
    add(bytes, 1, IN_CLOSE_WRITE, "f.conf", 16);
    add(bytes, 2, IN_MOVE_SELF, "", 0);
    add(bytes, -1, IN_Q_OVERFLOW, "", 0);
    std::span<const std::byte> rest(bytes);
    EXPECT_EQ(take_all(rest),
              (std::vector<InotifyEvent>{
                  {1, IN_CLOSE_WRITE, "f.conf"}, {2, IN_MOVE_SELF, ""}, {-1, IN_Q_OVERFLOW, ""}}));
    EXPECT_TRUE(rest.empty());
}

TEST(Inotify, NamesAreBytesUpToTheFirstZero) {
    Bytes bytes;
    add(bytes, 1, IN_CREATE, "new\nline \xff", 16);
    add(bytes, 1, IN_CREATE, std::string(255, 'n'), 256);
    add(bytes, 1, IN_CREATE, "unpadded", 8);
    std::span<const std::byte> rest(bytes);
    const auto events = take_all(rest);
    ASSERT_EQ(events.size(), 3U);
    EXPECT_EQ(events[0].name, "new\nline \xff");
    EXPECT_EQ(events[1].name.size(), 255U);
    EXPECT_EQ(events[2].name, "unpadded");
}

TEST(Inotify, ATruncatedEventIsLeftWhereItIs) {
    Bytes whole;
    add(whole, 1, IN_MODIFY, "f", 16);
    for (std::size_t size = 0; size < whole.size(); ++size) {
        const Bytes cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
        std::span<const std::byte> rest(cut);
        EXPECT_FALSE(take_event(rest)) << size;
        EXPECT_EQ(rest.size(), size);
    }
}

TEST(Inotify, ALengthBeyondTheBufferIsNoEvent) {
    Bytes bytes;
    add(bytes, 1, IN_MODIFY, "f", 16);
    for (const std::uint32_t length : {17U, 0x7fffffffU, 0xfffffff0U, 0xffffffffU}) {
        std::memcpy(bytes.data() + offsetof(inotify_event, len), &length, sizeof length);
        std::span<const std::byte> rest(bytes);
        EXPECT_FALSE(take_event(rest)) << length;
    }
}

TEST(Inotify, GarbageEndsAndStaysWithinTheBuffer) {
    std::minstd_rand random(1);
    for (int round = 0; round < 2000; ++round) {
        Bytes bytes(random() % 200);
        for (auto& byte : bytes)
            byte = static_cast<std::byte>(random() % 4 == 0 ? random() : 0);
        std::span<const std::byte> rest(bytes);
        for (const auto& event : take_all(rest))
            EXPECT_LE(event.name.size(), bytes.size());
        EXPECT_LE(rest.size(), bytes.size());
    }
}

TEST(Inotify, AnUnalignedBufferIsDecodedAlike) {
    Bytes bytes(1);
    add(bytes, 7, IN_DELETE, "x", 16);
    auto rest = std::span<const std::byte>(bytes).subspan(1);
    EXPECT_EQ(take_event(rest), (InotifyEvent{7, IN_DELETE, "x"}));
}

} // namespace
} // namespace hotreload::os
