// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Pool asks workers about documents for the daemon: one hotreload-worker as long as somebody holds
// a lease, and more while it is busy, so that one project's large file delays nobody else's small
// one. One request of a project is at work at a time, in the order in which they came.

#include "base/completion.hpp"
#include "base/duration.hpp"
#include "worker/process.hpp"
#include "worker/set_aside.hpp"

#include <deque>
#include <expected>
#include <functional>
#include <list>
#include <memory>
#include <set>
#include <string>
#include <string_view>

namespace hotreload::worker {

class Pool {
public:
    struct Settings {
        std::string program;       // a path
        std::string version;       // of the program: another one is not talked to
        Duration limit;            // of a request: longer than any small document takes
        Duration limit_of_mib;     // more for each MiB of what it is about
        Duration idle;             // after which processes that are not needed end
        std::size_t processes = 4; // at most
    };
    Pool(os::EventLoop& loop, Settings settings);
    ~Pool();
    Pool(const Pool&) = delete;
    Pool& operator=(const Pool&) = delete;

    // The answer, or why there is none, in words for people that name no file: a worker ended in
    // the middle of it twice, or overran the limit (both are remembered: see forgive()), or none
    // can be started. Not Missing where all bytes are there.
    using Answer = std::expected<Reply, std::string>;
    Task<Answer> ask(std::string project, Request request);

    // A process has ended while it was asked, for the first time over this request.
    std::function<void(const std::string& project)> on_death;

    // Somebody asks for the project: what was set aside of it is tried again.
    void forgive(const std::string& project) { set_aside_.forgive(project); }

    // A lease keeps a process there, which waits: documents are watched.
    class Lease {
    public:
        explicit Lease(Pool& pool);
        ~Lease();
        Lease(const Lease&) = delete;
        Lease& operator=(const Lease&) = delete;

    private:
        Pool& pool_;
    };

private:
    struct Job {
        std::string project;
        Request request;
        Completion<Answer>::Resolver resolve;
    };
    // A process, or the place of one that is being started.
    struct Seat {
        std::unique_ptr<Process> process;
        bool busy = false;
        bool starts = false; // has not said yet that it is ready
    };

    void pump();
    Seat* free_seat();
    Task<Result<>> seat_process(Seat& seat);
    Task<Result<>> start_process(Seat& seat);
    Task<> warm(Seat& seat);
    Task<> work(Seat& seat, Job job);
    [[nodiscard]] Duration limit_of(const Request& request) const;
    Task<Answer> ask_of(Seat& seat, const Job& job);
    Answer set_aside(const Job& job, std::string_view what);
    void finish(const Job& job, Answer answer);
    [[nodiscard]] std::size_t needed() const { return leases_ > 0 ? 1 : 0; }
    void rest();
    void dismiss_idle();
    void dismiss(Seat& seat);
    static Task<> bury(std::unique_ptr<Process> process);

    os::EventLoop& loop_;
    Settings settings_;
    SetAside set_aside_;
    std::size_t leases_ = 0;
    std::deque<Job> queue_;
    std::set<std::string> at_work_; // projects
    std::list<Seat> seats_;         // the first is asked first, for what it holds
    os::Timer idle_;
    TaskScope tasks_;
};

} // namespace hotreload::worker
