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

    // For the writer; ours is to be closed when he has his.
    [[nodiscard]] int write_end() const { return write_end_.get(); }
    void close_write_end() { write_end_ = Fd(); }

    // With what is in the pipe now. Whole lines and whole UTF-8 characters if the front was cut.
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
