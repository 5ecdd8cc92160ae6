// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Everything that the daemon tells, in the order in which it was sent, with values and reasons
// where we may see them. Once a stream is open, no event is missed, and the daemon's own end and
// return are events, too.

#include "base/task.hpp"
#include "client/daemon.hpp"
#include "client/events.hpp"
#include "client/model.hpp"

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace hotreload::client {

class EventStream {
public:
    using Handler = std::function<void(const Event&)>;

    // Does not start the daemon. It outlives the stream, as its loop does.
    static Answer<std::unique_ptr<EventStream>> open(Daemon& daemon);
    ~EventStream();
    EventStream(const EventStream&) = delete;
    EventStream& operator=(const EventStream&) = delete;

    // Adds changes of states (Changed, Revision and Removed), which needs to know all of them
    // beforehand: starts the daemon. A daemon that comes back is asked again, and what has changed
    // meanwhile are events.
    Task<Answer<>> watch_states();
    // The states that are watched.
    [[nodiscard]] const Model& model() const { return model_; }

    // From now on events are told: first those that have been kept since the stream was opened.
    void start(Handler handler);

    // Ends when all that has arrived has been told.
    Task<> settled();

private:
    explicit EventStream(Daemon& daemon);

    void subscribe_manager();
    void subscribe_owner();
    void subscribe_states();
    Task<Answer<>> learn(bool tell);
    Task<> learn_again();
    void queue(Event event);
    void queue(std::vector<Event> events);
    Task<> tell_all();
    Task<Event> in_detail(Event event);

    Daemon& daemon_;
    Handler handler_;
    Model model_;
    bool watches_states_ = false;
    std::deque<Event> queue_;
    bool telling_ = false;
    std::vector<std::function<void()>> waiting_; // who waits for the end of that
    std::vector<sdbus::Slot> slots_;
    TaskScope tasks_;
};

} // namespace hotreload::client
