// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/service_sockets.hpp"
#include "fake_fd_store.hpp"
#include "sockets.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>

namespace hotreload::daemon {
namespace {

using test::accepts;
using test::free_address;
using test::inode_of;
using Names = std::vector<std::string>;
using Ports = std::vector<PortDefinition>;
using Services = std::vector<std::pair<std::string, std::string>>;

class ServiceSocketsTest : public testing::Test {
protected:
    std::vector<ServiceSocket> open(const std::string& service, const Ports& ports) {
        auto opened = sockets_.open("shop", service, ports);
        EXPECT_TRUE(opened) << opened.error().message;
        return opened ? *std::move(opened) : std::vector<ServiceSocket>();
    }
    Error refusal(const std::string& project, const std::string& service, const Ports& ports) {
        const auto opened = sockets_.open(project, service, ports);
        EXPECT_FALSE(opened);
        return opened ? Error{} : opened.error();
    }
    [[nodiscard]] std::string path(const std::string& name = "x.sock") const {
        return directory_ / name;
    }
    [[nodiscard]] unsigned mode() const {
        struct stat status = {};
        EXPECT_EQ(::stat(path().c_str(), &status), 0);
        return status.st_mode & 07777;
    }

    test::TemporaryDirectory directory_;
    test::FakeFdStore store_;
    ServiceSockets sockets_;
    const std::string here_ = free_address();
    const std::string there_ = free_address();
};

TEST_F(ServiceSocketsTest, are_opened_in_the_order_of_the_ports_and_kept) {
    const auto opened = open(
        "web", {{.name = "http", .address = here_}, {.name = "admin.sock", .address = path()}});
    ASSERT_EQ(opened.size(), 2U);
    EXPECT_EQ(opened[0].name, "http");
    EXPECT_EQ(opened[1].name, "admin.sock");
    EXPECT_TRUE(accepts(here_));
    EXPECT_TRUE(accepts(path()));
    EXPECT_EQ(store_.names(), (Names{"shop.web.http", "shop.web.admin.sock"}));
    EXPECT_EQ(store_.inode("shop.web.http"), inode_of(opened[0].fd));
}

TEST_F(ServiceSocketsTest, that_are_open_stay_so) {
    const Ports ports{{.name = "http", .address = here_}};
    const auto first = open("web", ports);
    const auto again = open("web", ports);
    EXPECT_EQ(first[0].fd, again[0].fd);
    sockets_.keep_only("shop", "web", ports);
    EXPECT_TRUE(accepts(here_));
    EXPECT_EQ(store_.names(), Names{"shop.web.http"});
}

TEST_F(ServiceSocketsTest, on_an_error_none_is_opened) {
    open("web", {{.name = "http", .address = here_}});
    const auto error = refusal("shop", "web",
                               {{.name = "http", .address = there_},
                                {.name = "admin", .address = path()},
                                {.name = "other", .address = "192.0.2.1:80"}});
    EXPECT_TRUE(error.message.starts_with("192.0.2.1:80")) << error.message;
    EXPECT_EQ(store_.names(), Names{"shop.web.http"});
    EXPECT_FALSE(accepts(there_));
    EXPECT_FALSE(std::filesystem::exists(path()));
    EXPECT_TRUE(accepts(here_));
}

TEST_F(ServiceSocketsTest, a_port_that_moves_to_another_address_is_on_both_until_it_is_decided) {
    const Ports before{{.name = "http", .address = here_}};
    const Ports after{{.name = "http", .address = there_}};
    open("web", before);
    const auto opened = open("web", after);
    EXPECT_TRUE(accepts(here_));
    EXPECT_EQ(store_.names(), (Names{"shop.web.http", "shop.web.http"}));
    sockets_.keep_only("shop", "web", after);
    EXPECT_TRUE(accepts(there_));
    EXPECT_EQ(store_.names(), Names{"shop.web.http"});
    EXPECT_EQ(store_.inode("shop.web.http"), inode_of(opened[0].fd));
}

TEST_F(ServiceSocketsTest, a_port_that_was_to_move_stays_where_it_was) {
    const Ports before{{.name = "http", .address = here_}};
    const auto opened = open("web", before);
    open("web", {{.name = "http", .address = there_}});
    sockets_.keep_only("shop", "web", before);
    EXPECT_TRUE(accepts(here_));
    EXPECT_EQ(store_.names(), Names{"shop.web.http"});
    EXPECT_EQ(store_.inode("shop.web.http"), inode_of(opened[0].fd));
    EXPECT_FALSE(accepts(there_));
}

TEST_F(ServiceSocketsTest, a_port_moves_to_another_service_without_being_closed) {
    const Ports ports{{.name = "http", .address = here_}};
    const auto old = open("old", ports);
    const auto fresh = open("new", ports);
    EXPECT_EQ(old[0].fd, fresh[0].fd);
    EXPECT_EQ(sockets_.services(), (Services{{"shop", "new"}, {"shop", "old"}}));
    sockets_.keep_only("shop", "old", {});
    EXPECT_TRUE(accepts(here_));
    EXPECT_EQ(store_.names(), Names{"shop.new.http"});
    EXPECT_EQ(store_.inode("shop.new.http"), inode_of(fresh[0].fd));
    sockets_.keep_only("shop", "new", {});
    EXPECT_TRUE(store_.names().empty());
    EXPECT_FALSE(accepts(here_));
}

// Both stored names change, each to the other.
TEST_F(ServiceSocketsTest, two_ports_of_a_service_swap_their_names) {
    open("web", {{.name = "a", .address = here_}, {.name = "b", .address = there_}});
    const Ports swapped{{.name = "b", .address = here_}, {.name = "a", .address = there_}};
    const auto opened = open("web", swapped);
    EXPECT_EQ(opened[0].name, "b");
    sockets_.keep_only("shop", "web", swapped);
    EXPECT_EQ(store_.names().size(), 2U);
    EXPECT_EQ(store_.inode("shop.web.b"), inode_of(opened[0].fd));
    EXPECT_EQ(store_.inode("shop.web.a"), inode_of(opened[1].fd));
}

TEST_F(ServiceSocketsTest, a_socket_of_another_project_is_named) {
    open("web", {{.name = "http", .address = here_}});
    const auto error = refusal("blog", "front", {{.name = "http", .address = here_}});
    EXPECT_EQ(error.code, ErrorCode::Busy);
    EXPECT_EQ(error.message, here_ + " is in use by shop.web");
    const auto all = "[::]" + here_.substr(here_.rfind(':'));
    EXPECT_EQ(refusal("shop", "web", {{.name = "all", .address = all}}).message,
              all + " is in use by shop.web as " + here_);
}

TEST_F(ServiceSocketsTest, are_taken_back_after_a_restart) {
    const Ports ports{{.name = "http", .address = here_},
                      {.name = "admin.sock", .address = path()}};
    const auto opened = open("web", ports);
    const auto http = inode_of(opened[0].fd), admin = inode_of(opened[1].fd);

    ServiceSockets next;
    next.adopt(store_.hand_over());
    EXPECT_EQ(next.services(), (Services{{"shop", "web"}}));
    const auto again = next.open("shop", "web", ports);
    ASSERT_TRUE(again) << again.error().message;
    EXPECT_EQ(inode_of((*again)[0].fd), http);
    EXPECT_EQ(inode_of((*again)[1].fd), admin);
    next.keep_only("shop", "web", ports);
    EXPECT_EQ(store_.names(), (Names{"shop.web.http", "shop.web.admin.sock"}));
    next.keep_only("shop", "web", {});
    EXPECT_TRUE(store_.names().empty());
    EXPECT_FALSE(std::filesystem::exists(path()));
}

// Where there is no IPv6, the kernel tells another address.
TEST_F(ServiceSocketsTest, a_port_on_all_addresses_is_taken_back_too) {
    const Ports ports{{.name = "http", .address = "[::]" + here_.substr(here_.rfind(':'))}};
    const auto inode = inode_of(open("web", ports)[0].fd);
    EXPECT_TRUE(accepts(here_));
    ServiceSockets next;
    next.adopt(store_.hand_over());
    const auto again = next.open("shop", "web", ports);
    ASSERT_TRUE(again) << again.error().message;
    EXPECT_EQ(inode_of((*again)[0].fd), inode);
    next.keep_only("shop", "web", ports);
    EXPECT_EQ(store_.names(), Names{"shop.web.http"});
}

TEST_F(ServiceSocketsTest, what_is_no_socket_of_a_service_leaves_the_store) {
    open("web", {{.name = "http", .address = here_}});
    auto fds = store_.hand_over();
    for (const auto* const name : {"stored", "shop.web", "Shop.web.http", "shop.web.other"})
        fds.push_back(
            {name, Fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0))}); // not listening
    ServiceSockets next;
    next.adopt(std::move(fds));
    EXPECT_EQ(next.services(), (Services{{"shop", "web"}}));
    EXPECT_EQ(store_.names(), Names{"shop.web.http"});
}

TEST_F(ServiceSocketsTest, a_unix_socket_outlives_us_and_goes_with_its_port) {
    const Ports ports{{.name = "x", .address = path()}};
    {
        ServiceSockets others;
        ASSERT_TRUE(others.open("shop", "web", ports));
    }
    EXPECT_TRUE(std::filesystem::exists(path()));
    sockets_.adopt(store_.hand_over());
    sockets_.keep_only("shop", "web", {});
    EXPECT_FALSE(std::filesystem::exists(path()));
}

TEST_F(ServiceSocketsTest, a_unix_socket_whose_file_is_gone_is_opened_anew) {
    const Ports ports{{.name = "x", .address = path()}};
    open("web", ports);
    std::filesystem::remove(path());
    const auto opened = open("web", ports);
    EXPECT_TRUE(accepts(path()));
    EXPECT_EQ(store_.names(), Names{"shop.web.x"});
    EXPECT_EQ(store_.inode("shop.web.x"), inode_of(opened[0].fd));
}

TEST_F(ServiceSocketsTest, the_file_of_somebody_else_stays) {
    open("web", {{.name = "x", .address = path()}});
    std::filesystem::remove(path());
    const auto theirs = os::open_listening_socket({.name = "x", .address = path()});
    ASSERT_TRUE(theirs);
    sockets_.keep_only("shop", "web", {});
    EXPECT_TRUE(accepts(path()));
}

TEST_F(ServiceSocketsTest, a_mode_is_set_anew_and_put_back) {
    const Ports before{{.name = "x", .address = path(), .mode = 0600}};
    open("web", before);
    EXPECT_EQ(mode(), 0600U);
    open("web", {{.name = "x", .address = path(), .mode = 0660}});
    EXPECT_EQ(mode(), 0660U);
    sockets_.keep_only("shop", "web", before);
    EXPECT_EQ(mode(), 0600U);
}

} // namespace
} // namespace hotreload::daemon
