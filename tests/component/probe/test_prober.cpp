// SPDX-License-Identifier: LGPL-2.1-or-later
#include "../../unit/core/fake_units.hpp"
#include "probe/prober.hpp"
#include "server.hpp"

#include <gtest/gtest.h>

#include <filesystem>

using namespace hotreload;
using namespace hotreload::probe;
using namespace hotreload::test;
using namespace std::chrono_literals;

namespace {

const std::string kUnit = "hotreload-shop.web@7.service";

std::size_t open_descriptors() {
    return static_cast<std::size_t>(
        std::ranges::distance(std::filesystem::directory_iterator("/proc/self/fd")));
}

class ProberTest : public testing::Test {
protected:
    ProberTest() { units.run(kUnit); }

    Task<Result<>> start(ReadyProbe probe) {
        auto task = prober.until_ready(std::move(probe), {.unit = kUnit,
                                                          .project = "shop",
                                                          .service = "web",
                                                          .slice = "hotreload-shop.slice",
                                                          .env = {{"A", "b"}},
                                                          .working_dir = "/tmp",
                                                          .user = "dev"});
        task.start();
        return task;
    }
    template <class Condition>
    bool until(Condition holds) {
        const auto patience = std::chrono::steady_clock::now() + 20s;
        while (!holds()) {
            if (std::chrono::steady_clock::now() > patience)
                return false;
            loop.run_once(10ms);
        }
        return true;
    }
    // "" when it is ready.
    std::string ask(ReadyProbe probe) {
        auto task = start(std::move(probe));
        if (!until([&] { return task.done(); }))
            return "it never ends";
        const auto result = task.take();
        return result ? "" : result.error().message;
    }
    std::string ask_http(const std::string& url, Duration timeout = 10s) {
        return ask({.http = url, .timeout = timeout, .interval = 20ms});
    }
    std::string ask_tcp(const std::string& address, Duration timeout = 10s) {
        return ask({.tcp = address, .timeout = timeout, .interval = 20ms});
    }

    os::EventLoop loop;
    FakeUnits units;
    std::vector<pid_t> processes; // of the unit
    Prober prober{loop, units, [this](const auto&, const auto&) { return processes; }};
};

} // namespace

TEST_F(ProberTest, a_service_that_answers_is_ready) {
    const Listener listener;
    for (const auto* const status : {"200 OK", "204 No Content", "302 Found\r\nLocation: /x"}) {
        const Server server(listener, answer(status));
        processes = {server.pid};
        EXPECT_EQ(ask_http(listener.url()), "") << status;
    }
}

TEST_F(ProberTest, it_is_told_what_the_last_try_said) {
    const Listener listener;
    for (const auto* const status : {"503", "404", "400"}) {
        const Server server(listener, answer(std::string(status) + " No"));
        processes = {server.pid};
        EXPECT_EQ(ask_http(listener.url(), 200ms),
                  std::format("not ready within 200ms: {} answered {}", listener.url(), status));
    }
}

TEST_F(ProberTest, nobody_listens) {
    const Listener closed(AF_INET, false);
    EXPECT_EQ(ask_http(closed.url(), 100ms),
              std::format("not ready within 100ms: {}: connection refused", closed.url()));
    EXPECT_EQ(ask_tcp(closed.address(), 100ms),
              std::format("not ready within 100ms: {}: connection refused", closed.address()));
    EXPECT_EQ(ask_tcp("/run/no/such.sock", 100ms),
              "not ready within 100ms: /run/no/such.sock: no such file or directory");
}

TEST_F(ProberTest, tries_go_on_until_one_passes) {
    const Listener listener(AF_INET, false);
    auto task = start({.http = listener.url(), .interval = 5ms});
    os::Timer later(loop);
    std::optional<Server> server;
    later.arm(100ms, [&] {
        listener.listen();
        server.emplace(listener, answer("200 OK"));
        processes = {server->pid};
    });
    EXPECT_TRUE(until([&] { return task.done(); }));
    EXPECT_TRUE(server);
    EXPECT_TRUE(task.take());
}

TEST_F(ProberTest, another_generation_does_not_answer_for_the_unit) {
    const Listener listener;
    const Server old(listener, answer("200 OK"));
    processes = {::getpid()};
    EXPECT_TRUE(ask_http(listener.url(), 200ms)
                    .ends_with("another process answers, not the "
                               "service's"));
    EXPECT_TRUE(ask_tcp(listener.address(), 200ms)
                    .ends_with("another process answers, not the "
                               "service's"));
}

TEST_F(ProberTest, only_the_units_answer_counts_where_two_accept) {
    for (int i = 0; i < 5; ++i) {
        const Listener listener;
        const Server bad(listener, answer("503 No"));
        const Server good(listener, answer("200 OK"));
        processes = {good.pid};
        EXPECT_EQ(ask_http(listener.url()), "");
        EXPECT_EQ(ask_tcp(listener.address()), "");
        processes = {bad.pid};
        const auto why = ask_http(listener.url(), 300ms);
        EXPECT_TRUE(why.ends_with("answered 503") || why.contains("another process")) << why;
    }
}

TEST_F(ProberTest, a_unix_socket_is_shared_no_less) {
    const auto address = std::format("@hotreload-probe-test-{}", ::getpid());
    const Listener listener(address);
    const Server server(listener, wait_for_end);
    processes = {server.pid};
    EXPECT_EQ(ask_tcp(address), "");
    processes = {::getpid()};
    EXPECT_TRUE(ask_tcp(address, 200ms).contains("another process answers"));
}

TEST_F(ProberTest, a_connection_that_nobody_accepts_is_no_answer) {
    const Listener listener;
    processes = {::getpid()};
    const std::string why = ": connected, but nobody accepted";
    EXPECT_TRUE(ask_http(listener.url(), 700ms).ends_with(why)); // the second try is cut off
    EXPECT_TRUE(ask_tcp(listener.address(), 520ms).ends_with(why));
}

TEST_F(ProberTest, a_process_that_cannot_be_looked_for_is_believed) {
    const Listener listener;
    const Server server(listener, answer("200 OK"));
    EXPECT_EQ(ask_http(listener.url()), "");
    EXPECT_EQ(ask_tcp(listener.address()), "");
}

TEST_F(ProberTest, a_server_that_accepts_when_it_has_heard_something_is_asked) {
    const Listener listener;
    listener.defer();
    const Server server(listener, answer("200 OK"));
    processes = {server.pid};
    EXPECT_EQ(ask_http(listener.url()), "");
    processes = {::getpid()};
    EXPECT_TRUE(ask_http(listener.url(), 300ms).contains("another process answers"));
}

TEST_F(ProberTest, a_server_that_does_not_answer_holds_nobody_up) {
    const Listener listener;
    const Server server(listener, wait_for_end);
    processes = {server.pid};
    EXPECT_EQ(ask_http(listener.url(), 300ms),
              std::format("not ready within 300ms: {}: no answer", listener.url()));
    EXPECT_EQ(ask_tcp(listener.address()), "");
}

TEST_F(ProberTest, what_is_no_http_is_told) {
    const Listener listener;
    const Server server(listener, [](int connection) {
        read_request(connection);
        ::send(connection, "220 smtp\r\n", 10, MSG_NOSIGNAL);
    });
    processes = {server.pid};
    const auto why = ask_http(listener.url(), 200ms);
    EXPECT_TRUE(why.contains("HTTP/0.9")) << why;
}

TEST_F(ProberTest, an_endless_answer_is_an_answer) {
    const Listener listener;
    const Server server(listener, [](int connection) {
        read_request(connection);
        std::string text = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n";
        while (::send(connection, text.data(), text.size(), MSG_NOSIGNAL) > 0)
            text.assign(4096, 'x');
    });
    processes = {server.pid};
    EXPECT_EQ(ask_http(listener.url()), "");
}

TEST_F(ProberTest, localhost_is_reached_over_ipv6_too) {
    const Listener six(AF_INET6);
    const Server server(six, answer("200 OK"));
    processes = {server.pid};
    EXPECT_EQ(ask_http(std::format("http://[::1]:{}/", six.port)), "");
    EXPECT_EQ(ask_http(std::format("http://localhost:{}/", six.port)), "");
    EXPECT_EQ(ask_tcp(std::format("[::]:{}", six.port)), "");
}

TEST_F(ProberTest, the_environments_proxy_is_not_asked) {
    ::setenv("http_proxy", "http://127.0.0.1:9/", 1);
    const Listener listener;
    const Server server(listener, [](int connection) {
        if (read_request(connection).starts_with("GET /health HTTP/1.1\r\n")) // a proxy gets a URL
            ::send(connection, "HTTP/1.1 204\r\n\r\n", 16, MSG_NOSIGNAL);
        wait_for_end(connection);
    });
    processes = {server.pid};
    EXPECT_EQ(ask_http(listener.url(), 1s), "");
    ::unsetenv("http_proxy");
}

TEST_F(ProberTest, a_unit_that_ends_is_told_at_once) {
    const Listener listener;
    units.dies[kUnit] = kUnit + ": exit code 3";
    const auto start = std::chrono::steady_clock::now();
    EXPECT_EQ(ask_tcp(listener.address()), kUnit + ": exit code 3");
    EXPECT_LT(std::chrono::steady_clock::now() - start, 5s);
}

TEST_F(ProberTest, a_task_that_is_dropped_leaves_nothing) {
    const Listener listener;
    const Server server(listener, wait_for_end);
    processes = {server.pid};
    EXPECT_EQ(ask_tcp(listener.address()), ""); // the loop has its timers from here on
    for (const auto time : {0ms, 1ms, 5ms, 50ms}) {
        const auto before = open_descriptors();
        {
            const auto task = start({.http = listener.url()});
            const auto end = std::chrono::steady_clock::now() + time;
            while (std::chrono::steady_clock::now() < end)
                loop.run_once(1ms);
            EXPECT_GT(open_descriptors(), before);
        }
        EXPECT_EQ(open_descriptors(), before);
        for (int i = 0; i < 5; ++i)
            loop.run_once(1ms);
    }
}

TEST_F(ProberTest, a_command_is_run_until_it_exits_with_0) {
    units.commands["check"] = {.ok = false, .reason = "exit code 1", .output = "not yet\n"};
    EXPECT_EQ(ask({.command = {"check", "-q"}, .timeout = 100ms, .interval = 10ms}),
              "not ready within 100ms: check: exit code 1: not yet");
    ASSERT_GT(units.requests.size(), 2);
    const auto& first = units.requests.front();
    EXPECT_EQ(first.unit, "hotreload-shop.web-ready@1.service");
    EXPECT_EQ(first.slice, "hotreload-shop.slice");
    EXPECT_EQ(first.command, (std::vector<std::string>{"check", "-q"}));
    EXPECT_EQ(first.env, (std::map<std::string, std::string>{{"A", "b"}}));
    EXPECT_EQ(first.working_dir, "/tmp");
    EXPECT_EQ(first.user, "dev");
    EXPECT_LE(first.timeout, 100ms);
    EXPECT_LT(units.requests.back().timeout, first.timeout);
    EXPECT_NE(units.requests.back().unit, first.unit);
    EXPECT_EQ(ask({.command = {"good"}}), "");
}
