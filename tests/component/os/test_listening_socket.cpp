// SPDX-License-Identifier: LGPL-2.1-or-later
#include "os/listening_socket.hpp"
#include "os/proc.hpp"
#include "os/socket_holder.hpp"
#include "sockets.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

namespace hotreload::os {
namespace {

using test::accepts;
using test::free_address;

PortDefinition port(const std::string& address) {
    return {.name = "test", .address = address};
}

std::string port_of(const std::string& address) {
    return address.substr(address.rfind(':') + 1);
}

Fd opened(const PortDefinition& definition) {
    auto fd = open_listening_socket(definition);
    EXPECT_TRUE(fd) << fd.error().message;
    return fd ? *std::move(fd) : Fd();
}

Error refusal(const PortDefinition& definition) {
    const auto fd = open_listening_socket(definition);
    EXPECT_FALSE(fd) << definition.address << " was opened";
    return fd ? Error{} : fd.error();
}

std::string who_we_are() {
    return std::format("is in use by {} (PID {}", first_line("/proc/self/comm"), ::getpid());
}

bool has_ipv6() {
    auto address = socket_address(*Address::parse("[::1]:1"));
    address.v6.sin6_port = 0;
    const Fd fd(::socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0));
    return fd && ::bind(fd.get(), &address.any, address.size) == 0;
}

class ListeningSocket : public testing::Test {
protected:
    [[nodiscard]] std::string path(const std::string& name = "x.sock") const {
        return directory_ / name;
    }
    // The socket file that is left of a process that ended.
    [[nodiscard]] std::string stale() const {
        const Fd closed = opened(port(path()));
        return path();
    }
    [[nodiscard]] struct stat status(const std::string& name = "x.sock") const {
        struct stat status = {};
        EXPECT_EQ(::stat(path(name).c_str(), &status), 0);
        return status;
    }
    [[nodiscard]] mode_t mode() const { return status().st_mode & 07777; }

    test::TemporaryDirectory directory_;
};

TEST_F(ListeningSocket, is_what_its_address_says_again) {
    std::vector<std::string> addresses{free_address(), free_address("0.0.0.0"), path(),
                                       "@hotreload-test-" + std::to_string(::getpid())};
    if (has_ipv6()) {
        addresses.push_back(free_address("[::1]"));
        addresses.push_back(free_address("[::]"));
        addresses.push_back("udp:" + free_address("[::1]"));
    }
    addresses.push_back("udp:" + free_address());
    for (const auto& address : addresses) {
        const Fd fd = opened(port(address));
        EXPECT_EQ(address_of(fd.get()), address);
        EXPECT_EQ(bound_address(address), address);
        EXPECT_TRUE(::fcntl(fd.get(), F_GETFD) & FD_CLOEXEC);
        EXPECT_FALSE(::fcntl(fd.get(), F_GETFL) & O_NONBLOCK);
        EXPECT_TRUE(address.starts_with("udp:") || accepts(address)) << address;
    }
}

TEST_F(ListeningSocket, of_all_addresses_is_on_ipv4_too) {
    const auto number = port_of(free_address());
    const Fd fd = opened(port("[::]:" + number));
    EXPECT_TRUE(accepts("127.0.0.1:" + number));
    EXPECT_EQ(address_of(fd.get()), bound_address("[::]:" + number));
}

TEST_F(ListeningSocket, is_told_from_other_descriptors) {
    int ends[2];
    ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
    const Fd read(ends[0]), write(ends[1]);
    EXPECT_EQ(address_of(read.get()), "");
    EXPECT_EQ(address_of(-1), "");
    const Fd fresh(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    EXPECT_EQ(address_of(fresh.get()), "");
    const auto address = free_address();
    const Fd fd = opened(port(address));
    const auto target = socket_address(*Address::parse(address));
    ASSERT_EQ(::connect(fresh.get(), &target.any, target.size), 0);
    EXPECT_EQ(address_of(fresh.get()), "");
    const Fd unbound(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    EXPECT_EQ(address_of(unbound.get()), "");
}

TEST_F(ListeningSocket, in_use_names_who_uses_it) {
    std::vector<std::string> addresses{free_address(), "udp:" + free_address(), path(),
                                       "@hotreload-test-" + std::to_string(::getpid())};
    if (has_ipv6())
        addresses.push_back(free_address("[::1]"));
    for (const auto& address : addresses) {
        const Fd fd = opened(port(address));
        const auto error = refusal(port(address));
        EXPECT_EQ(error.code, ErrorCode::Busy);
        EXPECT_TRUE(error.message.starts_with(address + " " + who_we_are())) << error.message;
    }
}

TEST_F(ListeningSocket, in_use_counts_all_addresses_of_a_port) {
    const auto number = port_of(free_address());
    {
        const Fd everywhere = opened(port("[::]:" + number));
        EXPECT_TRUE(refusal(port("127.0.0.1:" + number)).message.contains(who_we_are()));
    }
    const Fd one = opened(port("127.0.0.1:" + number));
    EXPECT_TRUE(refusal(port("[::]:" + number)).message.contains(who_we_are()));
}

// Java listens like that.
TEST_F(ListeningSocket, in_use_sees_an_ipv4_address_of_an_ipv6_socket) {
    if (!has_ipv6())
        GTEST_SKIP() << "no IPv6";
    const auto number = port_of(free_address());
    auto address = socket_address(*Address::parse("[::1]:" + number));
    ASSERT_EQ(::inet_pton(AF_INET6, "::ffff:127.0.0.1", &address.v6.sin6_addr), 1);
    const Fd fd(::socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0));
    ASSERT_EQ(::bind(fd.get(), &address.any, address.size), 0);
    ASSERT_EQ(::listen(fd.get(), 1), 0);
    EXPECT_TRUE(refusal(port("127.0.0.1:" + number)).message.contains(who_we_are()));
}

TEST_F(ListeningSocket, the_holder_is_who_works_with_it_rather_than_us) {
    const auto address = free_address();
    EXPECT_FALSE(holder_of(address));
    const Fd fd = opened(port(address));
    ASSERT_TRUE(holder_of(address));
    EXPECT_EQ(holder_of(address)->pid, ::getpid());
    const pid_t child = ::fork();
    if (child == 0) {
        ::pause();
        ::_exit(0);
    }
    const auto holder = holder_of(address);
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    ASSERT_TRUE(holder);
    EXPECT_EQ(holder->pid, child);
    EXPECT_EQ(holder->unit, innermost_unit(control_group("self")));
}

TEST_F(ListeningSocket, the_unit_of_a_process_is_its_innermost) {
    EXPECT_EQ(innermost_unit("/system.slice/nginx.service"), "nginx.service");
    EXPECT_EQ(innermost_unit("/system.slice/nginx.service/worker"), "nginx.service");
    EXPECT_EQ(innermost_unit("/user.slice/user-1000.slice/user@1000.service/app.slice/web.service"),
              "web.service");
    EXPECT_EQ(innermost_unit("/user.slice/user-0.slice/session-1.scope"), "session-1.scope");
    EXPECT_EQ(innermost_unit("/"), "");
    EXPECT_EQ(innermost_unit(""), "");
}

TEST_F(ListeningSocket, a_privileged_port_says_what_helps) {
    if (first_line("/proc/sys/net/ipv4/ip_unprivileged_port_start") != "1024")
        GTEST_SKIP() << "there are no privileged ports";
    const pid_t child = ::fork();
    if (child == 0) {
        constexpr uid_t nobody = 65534;
        const bool changed = ::geteuid() != 0 || ::setresuid(nobody, nobody, nobody) == 0;
        const auto fd = open_listening_socket(port("127.0.0.1:81"));
        ::_exit(changed && !fd && fd.error().code == ErrorCode::NotAuthorized &&
                        fd.error().message.contains("ip_unprivileged_port_start=81")
                    ? 0
                    : 1);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

TEST_F(ListeningSocket, an_address_of_another_machine_is_named) {
    EXPECT_EQ(refusal(port("192.0.2.1:8080")).message,
              "192.0.2.1:8080: this machine does not have that address");
}

TEST_F(ListeningSocket, a_stale_socket_file_is_replaced) {
    const auto left = stale();
    ASSERT_TRUE(socket_file(left));
    EXPECT_FALSE(accepts(left));
    const Fd fd = opened(port(left));
    EXPECT_TRUE(accepts(left));
}

TEST_F(ListeningSocket, a_live_socket_file_stays) {
    const Fd fd = opened(port(path()));
    const auto file = socket_file(path());
    EXPECT_EQ(refusal(port(path())).code, ErrorCode::Busy);
    EXPECT_EQ(socket_file(path()), file);
    EXPECT_TRUE(accepts(path()));
}

TEST_F(ListeningSocket, what_has_taken_the_place_of_a_socket_file_is_not_removed) {
    const Fd fd = opened(port(path()));
    const auto file = socket_file(path());
    ASSERT_TRUE(file);
    std::filesystem::remove(path());
    std::ofstream(path()) << "text";
    EXPECT_EQ(remove_socket_file(path(), *file).error().code, ErrorCode::Busy);
    EXPECT_EQ(first_line(path()), "text");
    std::filesystem::remove(path());
    const auto left = stale();
    EXPECT_FALSE(remove_socket_file(left, *file));
    EXPECT_TRUE(remove_socket_file(left, *socket_file(left)));
    EXPECT_FALSE(socket_file(left));
}

TEST_F(ListeningSocket, a_file_that_is_no_socket_stays) {
    std::ofstream(path()) << "text";
    const auto error = refusal(port(path()));
    EXPECT_EQ(error.code, ErrorCode::Busy);
    EXPECT_EQ(error.message, path() + " is there already, and is not a socket");
    EXPECT_EQ(first_line(path()), "text");
}

TEST_F(ListeningSocket, a_missing_directory_is_named) {
    const auto error = refusal(port(path("run/x.sock")));
    EXPECT_EQ(error.code, ErrorCode::NotFound);
    EXPECT_EQ(error.message, path("run/x.sock") + ": there is no directory " + path("run"));
}

TEST_F(ListeningSocket, a_socket_file_has_its_mode_whatever_the_umask) {
    const auto before = ::umask(0077);
    for (const unsigned wanted : {0666U, 0600U, 0660U, 0U}) {
        const Fd fd = opened({.name = "x", .address = path(), .mode = wanted});
        EXPECT_EQ(mode(), wanted);
    }
    EXPECT_EQ(::umask(before), 0077U);
}

TEST_F(ListeningSocket, access_can_be_given_anew) {
    const Fd fd = opened({.name = "x", .address = path(), .mode = 0600});
    ASSERT_TRUE(give_access({.name = "x", .address = path(), .mode = 0660}));
    EXPECT_EQ(mode(), 0660U);
    EXPECT_TRUE(give_access(port("127.0.0.1:1"))); // has no file
    std::filesystem::remove(path());
    std::ofstream(path()) << "text";
    EXPECT_FALSE(give_access({.name = "x", .address = path(), .mode = 0600}));
    EXPECT_NE(mode(), 0600U);
}

TEST_F(ListeningSocket, a_socket_file_has_its_owner) {
    if (::geteuid() != 0)
        GTEST_SKIP() << "not root";
    {
        const Fd fd = opened({.name = "x", .address = path(), .user = "nobody", .group = "daemon"});
        EXPECT_EQ(status().st_uid, 65534U);
        EXPECT_EQ(status().st_gid, 1U);
    }
    {
        const Fd fd = opened({.name = "x", .address = path(), .user = "daemon"});
        EXPECT_EQ(status().st_uid, 1U);
        EXPECT_EQ(status().st_gid, 1U) << "a user brings the group along";
        ASSERT_TRUE(give_access(port(path())));
        EXPECT_EQ(status().st_uid, 0U);
    }
    const Fd fd = opened({.name = "x", .address = path(), .user = "1234", .group = "4321"});
    EXPECT_EQ(status().st_uid, 1234U);
    EXPECT_EQ(status().st_gid, 4321U);
}

TEST_F(ListeningSocket, an_unknown_owner_leaves_no_file) {
    for (const PortDefinition& definition :
         {PortDefinition{.name = "x", .address = path(), .user = "no-such-user"},
          PortDefinition{.name = "x", .address = path(), .group = "no-such-group"}}) {
        EXPECT_TRUE(refusal(definition).message.starts_with("there is no "));
        EXPECT_FALSE(std::filesystem::exists(path()));
    }
}

} // namespace
} // namespace hotreload::os
