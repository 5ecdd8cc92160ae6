// SPDX-License-Identifier: LGPL-2.1-or-later
#include "worker/process.hpp"

#include "os/spawn.hpp"

#include <poll.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <deque>
#include <ranges>
#include <string_view>
#include <utility>

extern "C" { // glibc 2.41's header does not say so itself
#include <sys/pidfd.h>
}

namespace hotreload::worker {

namespace {

constexpr std::size_t kChunk = 64 << 10;
constexpr std::size_t kMostAtOnce = 256 << 10; // bytes that are sent in one turn of the loop

// What of a message is not sent yet.
class Rest {
public:
    explicit Rest(const Pieces& pieces) {
        for (const auto& each : pieces)
            pieces_.push_back(each.view());
    }

    [[nodiscard]] bool empty() const { return pieces_.empty(); }

    // As many bytes as go into one turn; what ::send() answers.
    ssize_t send_some(int socket) {
        std::array<iovec, 16> parts;
        std::size_t count = 0, room = kMostAtOnce;
        for (const auto piece : pieces_ | std::views::take(parts.size())) {
            const auto size = std::min(piece.size(), room);
            parts[count++] = {.iov_base = const_cast<char*>(piece.data()), .iov_len = size};
            room -= size;
        }
        msghdr message = {};
        message.msg_iov = parts.data();
        message.msg_iovlen = count;
        const auto sent = ::sendmsg(socket, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (sent > 0)
            remove(static_cast<std::size_t>(sent));
        return sent;
    }

private:
    void remove(std::size_t sent) {
        while (!pieces_.empty() && sent >= pieces_.front().size()) {
            sent -= pieces_.front().size();
            pieces_.pop_front();
        }
        if (sent > 0)
            pieces_.front().remove_prefix(sent);
    }

    std::deque<std::string_view> pieces_;
};

} // namespace

Result<std::unique_ptr<Process>> Process::start(os::EventLoop& loop, const std::string& program) {
    std::array<int, 2> ends = {-1, -1};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) < 0)
        return fail_errno(errno, "making a socket for " + program);
    Fd ours(ends[0]);
    const Fd theirs(ends[1]);
    // It gets no environment: ours may hold secrets.
    auto pidfd = os::spawn({program}, {}, {.input = theirs.get(), .error = STDERR_FILENO});
    if (!pidfd)
        return std::unexpected(std::move(pidfd.error()));
    return std::unique_ptr<Process>(new Process(loop, std::move(ours), *std::move(pidfd)));
}

Process::Process(os::EventLoop& loop, Fd socket, Fd pidfd)
    : loop_(loop), socket_(std::move(socket)), pidfd_(std::move(pidfd)) {}

Process::~Process() {
    kill();
    siginfo_t info = {};
    ::waitid(P_PIDFD, static_cast<id_t>(pidfd_.get()), &info, WEXITED); // gone in no time
}

void Process::kill() const {
    ::pidfd_send_signal(pidfd_.get(), SIGKILL, nullptr, 0);
}

bool Process::gone() const {
    pollfd ended = {.fd = pidfd_.get(), .events = POLLIN, .revents = 0};
    return ::poll(&ended, 1, 0) > 0;
}

// A pidfd becomes readable when its process has ended.
Task<> Process::end() {
    kill();
    co_await os::until_ready(loop_, pidfd_.get(), EPOLLIN);
}

// False: there is nobody at the other end any more. The loop has a turn between two parts of a long
// message, for the other end may take it as fast as it is sent.
Task<bool> Process::send(Pieces pieces) {
    Rest rest(pieces);
    while (!rest.empty()) {
        if (rest.send_some(socket_.get()) < 0 && errno != EAGAIN && errno != EINTR)
            co_return false;
        if (!rest.empty())
            co_await os::until_ready(loop_, socket_.get(), EPOLLOUT);
    }
    co_return true;
}

std::ptrdiff_t Process::read_some() {
    std::array<char, kChunk> chunk;
    const auto got = ::recv(socket_.get(), chunk.data(), chunk.size(), MSG_DONTWAIT);
    if (got > 0)
        reader_.add({chunk.data(), static_cast<std::size_t>(got)});
    return got;
}

// More of the next message, a chunk in each turn of the loop; false: there will be none.
Task<bool> Process::receive() {
    while (!reader_.broken()) {
        co_await os::until_ready(loop_, socket_.get(), EPOLLIN);
        const auto got = read_some();
        if (got > 0)
            co_return true;
        if (got == 0 || (errno != EAGAIN && errno != EINTR))
            co_return false;
    }
    co_return false;
}

// The death of a process closes its end of the socket: that is what ends every wait here.
Task<Process::Answer> Process::exchange(Pieces pieces, Duration limit) {
    bool overran = false;
    os::Timer timer(loop_);
    timer.arm(limit, [this, &overran] {
        overran = true;
        kill();
    });
    if (co_await send(std::move(pieces))) {
        do {
            if (auto message = reader_.next())
                co_return *std::move(message);
        } while (co_await receive());
    }
    co_return std::unexpected(overran ? End::Overran : End::Died);
}

Task<Process::Answer> Process::ask(Pieces message, Duration limit) {
    return exchange(frame(std::move(message)), limit);
}

Task<Process::Answer> Process::listen(Duration limit) {
    return exchange({}, limit);
}

} // namespace hotreload::worker
