// SPDX-License-Identifier: LGPL-2.1-or-later
// server [FILE]: a web server that answers with its PID, $NAME, what FILE held at its start and the
// names of its sockets, on the sockets that it was handed. NAME=never: is never ready. NAME=die:
// ends at once. NAME=late: dies half a second after it was ready. "GET /slow" is in
// hand until the server is told to end. On SIGTERM it takes no more connections, and answers those
// that it has.
//
// Compiled, as worker is.
#include <fcntl.h>
#include <poll.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <format>
#include <fstream>
#include <iostream>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

class Server {
public:
    Server(std::string name, const char* file) : name_(std::move(name)) {
        if (file) {
            std::ifstream in(file);
            for (std::string word; in >> word;)
                text_ += (text_.empty() ? "" : " ") + word;
        }
        take_sockets();
        sigset_t term = {};
        sigaddset(&term, SIGTERM);
        sigprocmask(SIG_BLOCK, &term, nullptr);
        stop_ = signalfd(-1, &term, SFD_CLOEXEC);
        std::signal(SIGPIPE, SIG_IGN);
    }

    // Serves until it is told to end. Throws when it is to die late.
    void serve() {
        if (name_ != "never")
            sd_notify(0, "READY=1");
        const auto started = Clock::now();
        while (!ending_ || !clients_.empty()) {
            serve_once();
            if (name_ == "late" && Clock::now() - started > 500ms)
                throw std::runtime_error("died late");
        }
    }

private:
    void take_sockets() {
        char** names = nullptr;
        const int count = sd_listen_fds_with_names(1, &names);
        for (int i = 0; i < count; ++i) {
            const int listener = SD_LISTEN_FDS_START + i;
            fcntl(listener, F_SETFL, O_NONBLOCK); // the other generation may be quicker to accept
            listeners_.insert(listener);
            names_ += (i ? "," : "") + std::string(names[i]);
            free(names[i]);
        }
        free(names);
    }

    void serve_once() {
        std::vector<pollfd> ready;
        if (!ending_)
            ready.push_back({.fd = stop_, .events = POLLIN});
        for (const auto* each : {&listeners_, &clients_})
            for (const int fd : *each)
                ready.push_back({.fd = fd, .events = POLLIN});
        poll(ready.data(), ready.size(), name_ == "late" ? 100 : -1);
        for (const auto& each : ready) {
            if (!each.revents)
                continue;
            if (each.fd == stop_)
                return end();
            if (listeners_.contains(each.fd))
                accept_from(each.fd);
            else
                answer(each.fd);
        }
    }

    void end() {
        ending_ = true;
        for (const int listener : listeners_)
            close(listener);
        listeners_.clear();
    }

    void accept_from(int listener) {
        if (const int client = accept4(listener, nullptr, nullptr, SOCK_CLOEXEC); client >= 0)
            clients_.insert(client);
    }

    void answer(int client) {
        std::array<char, 65536> buffer;
        const auto size = recv(client, buffer.data(), buffer.size(), 0);
        if (size <= 0)
            return hang_up(client);
        if (std::string_view(buffer.data(), static_cast<std::size_t>(size))
                .starts_with("GET /slow"))
            wait_for_stop();
        const auto body = std::format("{} {} {} {}", getpid(), name_, text_, names_);
        const auto reply =
            std::format("HTTP/1.1 200 OK\r\nConnection: {}\r\nContent-Length: {}\r\n\r\n{}",
                        ending_ ? "close" : "keep-alive", body.size(), body);
        if (send(client, reply.data(), reply.size(), 0) < 0 || ending_)
            hang_up(client);
    }

    void wait_for_stop() const {
        pollfd stop = {.fd = stop_, .events = POLLIN};
        poll(&stop, 1, -1);
    }

    void hang_up(int client) {
        close(client);
        clients_.erase(client);
    }

    std::string name_, text_, names_;
    std::set<int> listeners_, clients_;
    int stop_ = -1;
    bool ending_ = false;
};

} // namespace

int main(int argc, char** argv) try {
    const char* const name = std::getenv("NAME");
    if (name && std::string_view(name) == "die")
        throw std::runtime_error("told to die");
    Server(name ? name : "-", argc > 1 ? argv[1] : nullptr).serve();
    return 0;
} catch (const std::exception& error) {
    std::cerr << "server: " << error.what() << '\n';
    return 1;
}
