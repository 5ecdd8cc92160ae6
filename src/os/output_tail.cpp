// SPDX-License-Identifier: LGPL-2.1-or-later
#include "os/output_tail.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <array>
#include <cerrno>

namespace hotreload::os {

Result<std::unique_ptr<OutputTail>> OutputTail::open(EventLoop& loop, std::size_t limit) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) < 0)
        return fail_errno(errno, "making a pipe");
    Fd read_end(ends[0]), write_end(ends[1]);
    ::fcntl(read_end.get(), F_SETFL, O_NONBLOCK); // of this end only
    // A program of another user may open it again by name (/dev/stderr).
    constexpr mode_t writable_by_all = 0622;
    ::fchmod(write_end.get(), writable_by_all);
    return std::unique_ptr<OutputTail>(
        new OutputTail(loop, limit, std::move(read_end), std::move(write_end)));
}

OutputTail::OutputTail(EventLoop& loop, std::size_t limit, Fd read_end, Fd write_end)
    : limit_(limit), read_end_(std::move(read_end)), write_end_(std::move(write_end)) {
    readable_.emplace(loop, read_end_.get(), [this] { read_all(); });
}

void OutputTail::read_all() {
    // Bounded a turn: a writer that never stops must not keep the loop.
    constexpr int turns = 16;
    std::array<char, 65536> buffer;
    for (int i = 0; i < turns; ++i) {
        const auto n = ::read(read_end_.get(), buffer.data(), buffer.size());
        if (n < 0)
            return; // nothing more now
        if (n == 0) {
            readable_.reset(); // the end stays readable for ever
            return;
        }
        tail_.append(buffer.data(), static_cast<std::size_t>(n));
        if (tail_.size() > limit_) {
            tail_.erase(0, tail_.size() - limit_);
            cut_ = true;
        }
    }
}

std::string OutputTail::take() {
    read_all();
    if (cut_) {
        if (const auto newline = tail_.find('\n');
            newline != std::string::npos && newline + 1 < tail_.size())
            tail_.erase(0, newline + 1);
        else
            while (!tail_.empty() && (static_cast<unsigned char>(tail_.front()) & 0xC0) == 0x80)
                tail_.erase(0, 1);
    }
    return std::move(tail_);
}

} // namespace hotreload::os
