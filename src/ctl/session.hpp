// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Session is what a command works with: the options, the output, and the daemon, which is called on
// first use. A command has nothing else to do while it waits: its loop runs in wait() and
// dispatch().

#include "base/task.hpp"
#include "client/daemon.hpp"
#include "ctl/client.hpp"
#include "ctl/output.hpp"
#include "ctl/password_agent.hpp"
#include "ctl/target.hpp"
#include "os/event_loop.hpp"

#include <memory>
#include <string>
#include <vector>

namespace hotreload::ctl {

class Session {
public:
    explicit Session(const GlobalOptions& options);

    [[nodiscard]] const GlobalOptions& options() const { return options_; }
    [[nodiscard]] Output& out() { return out_; }
    [[nodiscard]] os::EventLoop& loop() { return loop_; }

    // The current directory; "" when the daemon is on another machine, where it means nothing.
    [[nodiscard]] const std::string& directory() const { return directory_; }

    Answer<Daemon*> daemon();

    // Ends when the task has.
    template <class T>
    T wait(Task<T> task);
    template <class T>
    Answer<T> wait(Task<client::Answer<T>> task);
    // What the daemon answers to `call(Daemon&)`.
    template <class Call>
    auto ask(const Call& call) -> decltype(wait(call(std::declval<Daemon&>())));
    // One turn of the loop; NoDaemon when the bus has gone away.
    Answer<> dispatch();

    Answer<std::vector<ProjectState>> projects();
    Answer<std::vector<Target>> targets(const std::vector<std::string>& words);

    // The states that the words name, with all that we may see; fails on what is not registered.
    Answer<std::vector<ProjectState>> selected(const std::vector<std::string>& words);

    // Adds the details that only those who may inspect are told, where we may.
    std::vector<ProjectState> in_detail(std::vector<ProjectState> projects);

private:
    const GlobalOptions& options_;
    Output out_;
    std::string directory_;
    os::EventLoop loop_;
    std::unique_ptr<PasswordAgent> password_agent_; // once one was wanted
    bool lost_ = false;                             // the bus
    std::unique_ptr<Daemon> daemon_;
};

template <class T>
T Session::wait(Task<T> task) {
    task.start();
    while (!task.done())
        loop_.run_once(kInfinity);
    return task.take();
}

template <class T>
Answer<T> Session::wait(Task<client::Answer<T>> task) {
    return wait<client::Answer<T>>(std::move(task)).transform_error([](client::Failure failure) {
        return failure_of(std::move(failure));
    });
}

template <class Call>
auto Session::ask(const Call& call) -> decltype(wait(call(std::declval<Daemon&>()))) {
    const auto connected = daemon();
    if (!connected)
        return std::unexpected(connected.error());
    return wait(call(**connected));
}

} // namespace hotreload::ctl
