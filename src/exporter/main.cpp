// SPDX-License-Identifier: LGPL-2.1-or-later
// hotreload-exporter SOCKET: answers one HTTP request on standard input and output, a connection
// that hotreload-exporter.socket has accepted, with the metrics that the daemon tells on its
// Varlink socket. It may do nothing that a stranger may not.

#include "exporter/http.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <systemd/sd-json.h>
#include <systemd/sd-varlink.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <exception>
#include <expected>
#include <format>
#include <memory>
#include <string>

namespace hotreload::exporter {

namespace {

using Clock = std::chrono::steady_clock;

constexpr auto kLimit = std::chrono::seconds(10); // of the request, from its first byte to its last

struct LinkDeleter {
    void operator()(sd_varlink* link) const noexcept { sd_varlink_close_unref(link); }
};
using Link = std::unique_ptr<sd_varlink, LinkDeleter>;

// The head of the request; else the status of the answer, 0 for none: the client has left.
std::expected<std::string, int> read_head() {
    std::string head;
    for (const auto end = Clock::now() + kLimit; !is_whole(head);) {
        if (head.size() > kMostHeadBytes)
            return std::unexpected(431);
        const auto left =
            std::chrono::duration_cast<std::chrono::milliseconds>(end - Clock::now()).count();
        pollfd input{.fd = STDIN_FILENO, .events = POLLIN, .revents = 0};
        const int ready = left > 0 ? ::poll(&input, 1, static_cast<int>(left)) : 0;
        if (ready == 0)
            return std::unexpected(408);
        char bytes[4096];
        const auto count = ready < 0 ? -1 : ::read(STDIN_FILENO, bytes, sizeof(bytes));
        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0)
            return std::unexpected(0);
        head.append(bytes, static_cast<std::size_t>(count));
    }
    return head;
}

void write_all(std::string_view text) {
    while (!text.empty()) {
        const auto count = ::send(STDOUT_FILENO, text.data(), text.size(), MSG_NOSIGNAL);
        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0)
            return; // nobody is there to read it
        text.remove_prefix(static_cast<std::size_t>(count));
    }
}

// The metrics; else why there are none.
std::expected<std::string, std::string> ask_daemon(const char* address) {
    sd_varlink* made = nullptr;
    int r = sd_varlink_connect_address(&made, address);
    const Link link(made);
    if (r < 0)
        return std::unexpected(std::format("{}: {}", address, std::strerror(-r)));
    sd_json_variant* parameters = nullptr;
    const char* error = nullptr;
    r = sd_varlink_call(link.get(), "org.hotreload.Metrics", nullptr, &parameters, &error);
    if (r < 0)
        return std::unexpected(std::format("{}: {}", address, std::strerror(-r)));
    auto* const text = error ? nullptr : sd_json_variant_by_key(parameters, "text");
    if (!sd_json_variant_is_string(text))
        return std::unexpected(std::format("{}: {}", address, error ? error : "no metrics"));
    return sd_json_variant_string(text);
}

std::string answer_to(const std::expected<std::string, int>& head, const char* address) {
    const auto request = head ? read_request(*head) : Request{.status = head.error()};
    switch (request.status) {
    case 200:
        break;
    case 404:
        return answer(404, "The metrics are at /metrics.\n", request.wants_text);
    default:
        return answer(request.status, "GET /metrics, of HTTP/1.1, is all that there is.\n");
    }
    const auto metrics = ask_daemon(address);
    if (metrics)
        return answer(200, *metrics, request.wants_text);
    std::fprintf(stderr, "hotreload-exporter: %s; see \"systemctl status hotreloadd.socket\"\n",
                 metrics.error().c_str());
    return answer(503, "hotreloadd does not answer.\n", request.wants_text);
}

} // namespace

} // namespace hotreload::exporter

int main(int argc, char** argv) {
    using namespace hotreload::exporter;
    if (argc != 2) {
        std::fputs("usage: hotreload-exporter SOCKET, by hotreload-exporter.socket\n", stderr);
        return 2;
    }
    try {
        const auto head = read_head();
        if (head || head.error() != 0)
            write_all(answer_to(head, argv[1]));
        ::shutdown(STDOUT_FILENO, SHUT_WR);
        return 0;
    } catch (const std::exception& error) { // out of memory
        std::fprintf(stderr, "hotreload-exporter: %s\n", error.what());
        return 1;
    }
}
