// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// The last bytes that somebody wrote into a pipe. Read as they come, so that a writer of any amount
// is never held up, and dropped from the front.

#include "base/fd.hpp"
#include "os/event_loop.hpp"

#include <optional>
#include <string>

namespace hotreload::os {

class OutputTail {
public:
    static Result<std::unique_ptr<OutputTail>> open(EventLoop& loop, std::size_t limit);

    // The end of the pipe for the writer; ours is to be closed when the writer has its own.
    [[nodiscard]] int write_end() const { return write_end_.get(); }
    void close_write_end() { write_end_ = Fd(); }

    // Takes what was written, with what is in the pipe now. It has whole lines and whole UTF-8
    // characters if its front was cut.
    std::string take();

private:
    OutputTail(EventLoop& loop, std::size_t limit, Fd read_end, Fd write_end);
    void read_all();

    std::size_t limit_;
    Fd read_end_;
    Fd write_end_;
    std::string tail_;
    bool cut_ = false;
    std::optional<Readable> readable_;
};

} // namespace hotreload::os
