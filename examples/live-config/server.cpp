// SPDX-License-Identifier: LGPL-2.1-or-later
// Answers HTTP on 127.0.0.1:PORT with the greeting of app.toml, and takes a newer one while it
// runs.
//
//     c++ -std=c++23 -o server-cpp server.cpp $(pkg-config --cflags --libs libhotreload)
//     ./server-cpp PORT

#include <arpa/inet.h>
#include <hotreload/config.hpp>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <expected>
#include <string>
#include <utility>

namespace {

struct Settings {
    std::string greeting;
    bool log_requests = false;
};

using Stream = hotreload::Stream<Settings>;

// A value that does not fit is an error, and the settings stay as they are.
hotreload::Result<Settings> parse(const hotreload::Config& config) {
    auto greeting = config.get<std::string>("/greeting");
    if (!greeting)
        return std::unexpected(greeting.error());
    auto log_requests = config.get<bool>("/log/requests");
    if (!log_requests)
        return std::unexpected(log_requests.error());
    return Settings{*std::move(greeting), *log_requests};
}

hotreload::Result<Stream> open_stream() {
    // "app" is what hotreload publishes as [configs.app]; without hotreload, the file is read.
    return hotreload::Config::open("app", {.path = "app.toml"}).and_then([](auto&& config) {
        return Stream::open(std::move(config), parse);
    });
}

void tell(const std::string& line) {
    std::puts(line.c_str());
    std::fflush(stdout);
}

int listen_on(const char* port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(std::atoi(port)));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int yes = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) < 0 ||
        bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) < 0 ||
        listen(fd, 16) < 0)
        return -1;
    return fd;
}

void answer(int listener, const Stream& settings) {
    const int client = accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
    if (client < 0)
        return;
    const timeval second{.tv_sec = 1, .tv_usec = 0};
    setsockopt(client, SOL_SOCKET, SO_RCVTIMEO, &second, sizeof second);
    char request[4096];
    if (recv(client, request, sizeof request, 0) > 0) {
        auto text = "HTTP/1.0 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n" +
                    settings.current().greeting + '\n';
        if (const auto problem = settings.config().problem())
            text += "not in force: " + problem->to_string() + '\n';
        send(client, text.data(), text.size(), MSG_NOSIGNAL);
        if (settings.current().log_requests)
            tell("a request");
    }
    close(client);
}

} // namespace

int main(int argc, char** argv) {
    if (argc != 2)
        return 2;
    auto settings = open_stream();
    if (!settings) {
        std::fprintf(stderr, "%s\n", settings.error().to_string().c_str());
        return 1;
    }
    tell("took " + settings->config().json().value_or(""));
    const int listener = listen_on(argv[1]);
    if (listener < 0) {
        std::perror(argv[1]);
        return 1;
    }

    pollfd ready[] = {{.fd = listener, .events = POLLIN, .revents = 0},
                      {.fd = settings->fd(), .events = POLLIN, .revents = 0}};
    while (poll(ready, 2, -1) >= 0 || errno == EINTR) {
        if (ready[1].revents) {
            const auto newer = settings->next();
            if (!newer)
                std::fprintf(stderr, "the settings do not fit: %s\n",
                             newer.error().to_string().c_str());
            else if (*newer)
                tell("took " + settings->config().json().value_or(""));
        }
        if (ready[0].revents)
            answer(listener, *settings);
    }
    return 1;
}
