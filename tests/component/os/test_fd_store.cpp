// SPDX-License-Identifier: LGPL-2.1-or-later
#include "fake_fd_store.hpp"
#include "os/fd_store.hpp"
#include "os/listen_fds.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>

namespace hotreload::os {
namespace {

using Names = std::vector<std::string>;

Fd some_fd() {
    return Fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
}

TEST(FdStore, keeps_descriptors_by_their_names) {
    test::FakeFdStore manager;
    const Fd one = some_fd(), two = some_fd();
    ASSERT_TRUE(store_fd("shop.web.http", one.get()));
    ASSERT_TRUE(store_fd("shop.web.admin.sock", two.get()));
    EXPECT_EQ(manager.names(), (Names{"shop.web.http", "shop.web.admin.sock"}));
    EXPECT_EQ(manager.inode("shop.web.http"), test::inode_of(one.get()));
    ASSERT_TRUE(remove_stored_fd("shop.web.http"));
    EXPECT_EQ(manager.names(), Names{"shop.web.admin.sock"});
}

TEST(FdStore, without_a_manager_there_is_nothing_to_do) {
    ::unsetenv("NOTIFY_SOCKET");
    const Fd fd = some_fd();
    EXPECT_TRUE(store_fd("shop.web.http", fd.get()));
    EXPECT_TRUE(remove_stored_fd("shop.web.http"));
}

TEST(FdStore, a_name_that_the_manager_would_not_take_is_refused) {
    test::FakeFdStore manager;
    const Fd fd = some_fd();
    for (const auto& name : {std::string(), std::string("a:b"), std::string("a\nREADY=1"),
                             std::string(256, 'a'), std::string("ä")}) {
        EXPECT_EQ(store_fd(name, fd.get()).error().code, ErrorCode::Invalid) << name;
        EXPECT_EQ(remove_stored_fd(name).error().code, ErrorCode::Invalid) << name;
    }
    EXPECT_TRUE(store_fd(std::string(255, 'a'), fd.get()));
    EXPECT_EQ(manager.names(), Names{std::string(255, 'a')});
}

TEST(ListenFds, there_are_none_without_a_service_manager) {
    ::unsetenv("LISTEN_FDS");
    const auto fds = take_listen_fds();
    ASSERT_TRUE(fds);
    EXPECT_TRUE(fds->empty());
}

TEST(ListenFds, are_told_apart_by_their_names) {
    std::vector<NamedFd> fds;
    for (const auto* const name : {"varlink", "shop.web.http", "varlink"})
        fds.push_back({name, some_fd()});
    EXPECT_EQ(take_named(fds, "varlink").size(), 2U);
    ASSERT_EQ(fds.size(), 1U);
    EXPECT_EQ(fds[0].name, "shop.web.http");
    EXPECT_TRUE(fds[0].fd);
    EXPECT_TRUE(take_named(fds, "varlink").empty());
}

} // namespace
} // namespace hotreload::os
