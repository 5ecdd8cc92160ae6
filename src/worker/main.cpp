// SPDX-License-Identifier: LGPL-2.1-or-later
// hotreload-worker: started by hotreloadd with a socket as its standard input. It reads requests
// there and writes answers, one after another, until the other end is closed.
#include "os/short_slices.hpp"
#include "worker/confinement.hpp"
#include "worker/examiner.hpp"
#include "worker/protocol.hpp"

#include <malloc.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <format>
#include <string_view>
#include <variant>

using namespace hotreload;

namespace {

constexpr int kSocket = STDIN_FILENO;
constexpr std::size_t kChunk = 64 << 10;
constexpr std::size_t kLarge = 256 << 10; // bytes of a request after which memory is given back

// The other end is gone, or does not keep to the protocol: there is nobody to tell.
[[noreturn]] void end(int status) {
    ::_exit(status);
}

void send(std::string_view message) {
    const auto framed = worker::frame(message);
    for (std::string_view rest = framed; !rest.empty();) {
        const auto sent = ::write(kSocket, rest.data(), rest.size());
        if (sent < 0 && errno == EINTR)
            continue;
        if (sent <= 0)
            end(EXIT_SUCCESS);
        rest.remove_prefix(static_cast<std::size_t>(sent));
    }
}

std::string receive(worker::FrameReader& reader) {
    for (;;) {
        if (auto message = reader.next())
            return *std::move(message);
        if (reader.broken())
            end(EXIT_FAILURE);
        std::array<char, kChunk> chunk;
        const auto got = ::read(kSocket, chunk.data(), chunk.size());
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            end(EXIT_SUCCESS);
        reader.add({chunk.data(), static_cast<std::size_t>(got)});
    }
}

// Why there is no answer, and the way out.
std::string too_large(const worker::Request& request) {
    if (std::holds_alternative<worker::Compare>(request))
        return "has keys that are too long to be told: shorten them, or set format = \"bytes\"";
    return std::format("is more than {} MiB as JSON, and cannot be told: make it smaller",
                       worker::kMostReply >> 20);
}

std::string answer(worker::Examiner& examiner, const worker::Request& request) {
    auto reply = worker::encode(examiner.answer(request));
    if (reply.size() <= worker::kMostReply)
        return reply;
    return worker::encode(worker::Refused{{.message = too_large(request)}});
}

// Answers how large the request was.
std::size_t serve_one(worker::Examiner& examiner, worker::FrameReader& reader) {
    const auto message = receive(reader);
    const auto request = worker::decode_request(message);
    if (!request)
        end(EXIT_FAILURE);
    send(answer(examiner, *request));
    return message.size();
}

[[noreturn]] void serve() {
    worker::Examiner examiner;
    worker::FrameReader reader(worker::kMostRequest);
    for (;;)
        if (serve_one(examiner, reader) > kLarge)
            ::malloc_trim(0);
}

// A service that is stopped gets its signals as a whole; hotreloadd may still need this process to
// finish what is under way, and closes the socket when it does not.
void ignore_ends() {
    for (const int signal : {SIGTERM, SIGINT, SIGHUP, SIGPIPE})
        std::signal(signal, SIG_IGN);
}

} // namespace

int main() {
    int type = 0;
    socklen_t size = sizeof type;
    if (::getsockopt(kSocket, SOL_SOCKET, SO_TYPE, &type, &size) < 0) {
        std::fputs("hotreload-worker is started by hotreloadd(8), and not by hand\n", stderr);
        return EXIT_FAILURE;
    }
    ignore_ends();
    os::ask_for_short_slices();
    ::close_range(STDERR_FILENO + 1, ~0U, 0);
    if (const auto confined = worker::confine(); !confined) {
        send(confined.error().message);
        return EXIT_FAILURE;
    }
    send(worker::hello(HOTRELOAD_VERSION));
    try {
        serve();
    } catch (const std::exception&) { // want of memory
        end(EXIT_FAILURE);
    }
}
