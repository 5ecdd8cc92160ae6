// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// OwnThread is a loop on a thread of its own, for a program that has no loop: a Daemon and an
// EventStream are made, used and destroyed there, in what is posted, and nowhere else.

#include "base/fd.hpp"
#include "os/event_loop.hpp"

#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace hotreload::client {

class OwnThread {
public:
    using Work = std::move_only_function<void(os::EventLoop&)>;

    // Throws std::system_error without descriptors or a thread. Signals are other threads'.
    OwnThread();
    // What was posted before is done, then the loop ends. Not on the thread itself.
    ~OwnThread();
    OwnThread(const OwnThread&) = delete;
    OwnThread& operator=(const OwnThread&) = delete;

    // From any thread: `work` is done on this one, in the order in which it was posted. It returns
    // soon: a Task that it begins is kept by who waits for it, a TaskScope say.
    void post(Work work);

private:
    void do_posted();

    os::EventLoop loop_; // of the thread, once there is one
    Fd wake_;            // readable: something was posted, or all is to end
    os::Readable readable_;
    std::mutex mutex_;
    std::vector<Work> posted_; // of the mutex, as is the next one
    bool ending_ = false;
    std::jthread thread_;
};

} // namespace hotreload::client
