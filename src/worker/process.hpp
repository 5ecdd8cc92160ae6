// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// A process of hotreload-worker, as the daemon has it: a child with a socket. It ends with this
// object, and it can be ended at any time, for all that it has is the message in its hands.

#include "base/duration.hpp"
#include "base/error.hpp"
#include "base/fd.hpp"
#include "base/task.hpp"
#include "os/event_loop.hpp"
#include "worker/protocol.hpp"

#include <cstddef>
#include <expected>
#include <memory>
#include <string>

namespace hotreload::worker {

class Process {
public:
    // `program` is a path. Errors: it could not be started. That it runs and is confined is told by
    // its first message, hello().
    static Result<std::unique_ptr<Process>> start(os::EventLoop& loop, const std::string& program);
    ~Process();
    Process(const Process&) = delete;
    Process& operator=(const Process&) = delete;

    enum class End {
        Died,    // or what it says is no message
        Overran, // the limit: it was killed
    };
    using Answer = std::expected<std::string, End>;
    // Sends a message and waits for the next one of the process, at most for `limit` in all. One at
    // a time; nothing can be asked after an End.
    Task<Answer> ask(Pieces message, Duration limit);
    // The next message, without asking.
    Task<Answer> listen(Duration limit);

    // The process has ended by itself: whoever asks it now would not be the reason.
    [[nodiscard]] bool gone() const;
    // Ends the process; nothing can be asked after that. Without this call, the destructor waits
    // for it.
    Task<> end();

private:
    Process(os::EventLoop& loop, Fd socket, Fd pidfd);

    Task<Answer> exchange(Pieces pieces, Duration limit);
    Task<bool> send(Pieces pieces);
    Task<bool> receive();
    std::ptrdiff_t read_some();
    void kill() const;

    os::EventLoop& loop_;
    Fd socket_;
    Fd pidfd_;
    FrameReader reader_{kMostReply};
};

} // namespace hotreload::worker
