// SPDX-License-Identifier: LGPL-2.1-or-later
#include "probe/acceptor.hpp"
#include "probe/unit_processes.hpp"
#include "server.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

using namespace hotreload;
using namespace hotreload::probe;
using namespace hotreload::test;

namespace {

using State = ServerSide::State;

Fd connected_to(const Listener& listener) {
    sockaddr_storage address = {};
    socklen_t size = sizeof address;
    ::getsockname(listener.fd(), reinterpret_cast<sockaddr*>(&address), &size);
    Fd connection(::socket(address.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
    EXPECT_EQ(::connect(connection.get(), reinterpret_cast<sockaddr*>(&address), size), 0);
    return connection;
}

void expect_to_be_followed(const Listener& listener) {
    const auto connection = connected_to(listener);
    EXPECT_EQ(server_side(connection.get()).state, State::Queued);
    Fd accepted(::accept(listener.fd(), nullptr, nullptr));
    const auto side = server_side(connection.get());
    EXPECT_EQ(side.state, State::Accepted);
    EXPECT_EQ(have_open({::getpid()}, side.socket), true);
    EXPECT_EQ(have_open({::getppid()}, side.socket), false);
    EXPECT_EQ(have_open({::getppid(), ::getpid()}, side.socket), true);
    accepted = Fd();
    EXPECT_EQ(server_side(connection.get()).state, State::Closed);
}

} // namespace

TEST(Acceptor, a_connection_is_followed_to_who_accepts_it) {
    expect_to_be_followed(Listener(AF_INET));
    expect_to_be_followed(Listener(AF_INET6));
    expect_to_be_followed(Listener(std::format("@hotreload-test-{}", ::getpid())));
}

TEST(Acceptor, an_ipv4_connection_to_an_ipv6_socket_is_found) {
    const Listener listener(AF_INET6);
    sockaddr_in address = {.sin_family = AF_INET,
                           .sin_port = htons(listener.port),
                           .sin_addr = {.s_addr = htonl(INADDR_LOOPBACK)},
                           .sin_zero = {}};
    const Fd connection(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    ASSERT_EQ(::connect(connection.get(), reinterpret_cast<sockaddr*>(&address), sizeof address),
              0);
    EXPECT_EQ(server_side(connection.get()).state, State::Queued);
    const Fd accepted(::accept(listener.fd(), nullptr, nullptr));
    EXPECT_EQ(server_side(connection.get()).state, State::Accepted);
}

TEST(Acceptor, a_server_that_wants_to_hear_something_first_is_told_apart) {
    const Listener listener;
    listener.defer();
    const auto connection = connected_to(listener);
    EXPECT_EQ(server_side(connection.get()).state, State::Deferred);
}

TEST(Acceptor, nothing_is_said_of_processes_that_may_not_be_looked_at) {
    EXPECT_EQ(have_open({}, 1), std::nullopt);
    EXPECT_EQ(have_open({999999999}, 1), false); // none of that number
    if (::geteuid() == 0) {
        const pid_t child = ::fork();
        if (child == 0) {
            const bool dropped = ::setuid(65534) == 0;
            ::_exit(dropped && have_open({1}, 1) == std::nullopt ? 0 : 1);
        }
        int status = 0;
        ::waitpid(child, &status, 0);
        EXPECT_EQ(status, 0);
    }
}

TEST(UnitProcesses, a_service_may_have_groups_of_its_own) {
    EXPECT_EQ(unit_group("/system.slice/web.service", "web.service"), "/system.slice/web.service");
    EXPECT_EQ(unit_group("/system.slice/web.service/main", "web.service"),
              "/system.slice/web.service");
    EXPECT_EQ(unit_group("/system.slice/web.service", "alias.service"),
              "/system.slice/web.service");
}

TEST(UnitProcesses, all_of_the_group_are_the_units) {
    const auto self = static_cast<std::uint32_t>(::getpid());
    const auto own = unit_processes("none.service", {.main_pid = self});
    EXPECT_TRUE(std::ranges::contains(own, ::getpid()));
    EXPECT_TRUE(unit_processes("none.service", {}).empty());
}
