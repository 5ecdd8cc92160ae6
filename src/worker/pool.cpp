// SPDX-License-Identifier: LGPL-2.1-or-later
#include "worker/pool.hpp"

#include <algorithm>
#include <format>
#include <utility>

namespace hotreload::worker {

namespace {

constexpr unsigned kTooManyDeaths = 2; // one may be anybody's SIGKILL at a bad moment
constexpr auto kStartLimit = std::chrono::seconds(20);

struct SchemaPath {
    std::string operator()(const Compare& request) const {
        return request.schema ? request.schema->path : "";
    }
    std::string operator()(const auto& /*request*/) const { return {}; }
};

struct BytesOf {
    std::uint64_t operator()(const Compare& request) const {
        return request.now.id.size + (request.applied ? request.applied->id.size : 0) +
               (request.schema ? request.schema->source.id.size : 0);
    }
    std::uint64_t operator()(const Render& request) const { return request.document.id.size; }
    std::uint64_t operator()(const RenderChange& request) const {
        return request.before.id.size + request.after.id.size;
    }
    std::uint64_t operator()(const CompareLines& request) const {
        return request.before.size() + request.after.size();
    }
};

} // namespace

Pool::Pool(os::EventLoop& loop, Settings settings)
    : loop_(loop), settings_(std::move(settings)), idle_(loop) {}

Pool::~Pool() = default;

Pool::Lease::Lease(Pool& pool) : pool_(pool) {
    if (pool_.leases_++ > 0 || !pool_.seats_.empty())
        return;
    auto& seat = pool_.seats_.emplace_back();
    seat.busy = true;
    pool_.tasks_.spawn(pool_.warm(seat));
}

Pool::Lease::~Lease() {
    if (--pool_.leases_ == 0)
        pool_.rest();
}

Task<Pool::Answer> Pool::ask(std::string project, Request request) {
    if (const auto* const why = set_aside_.find(project, request))
        co_return std::unexpected(*why);
    Completion<Answer> answer(loop_);
    queue_.push_back({std::move(project), std::move(request), answer.resolver()});
    pump();
    co_return co_await answer;
}

// The first in the queue of whose project none is at work goes first.
void Pool::pump() {
    idle_.disarm();
    for (;;) {
        const auto next = std::ranges::find_if(
            queue_, [this](const Job& each) { return !at_work_.contains(each.project); });
        auto* const seat = next == queue_.end() ? nullptr : free_seat();
        if (!seat)
            break;
        auto job = std::move(*next);
        queue_.erase(next);
        at_work_.insert(job.project);
        seat->busy = true;
        tasks_.spawn(work(*seat, std::move(job)));
    }
    rest();
}

// A seat that is free, or a new one; nullptr: there are enough, or one is about to be free.
Pool::Seat* Pool::free_seat() {
    const auto free = std::ranges::find(seats_, false, &Seat::busy);
    if (free != seats_.end())
        return &*free;
    const bool one_comes = std::ranges::contains(seats_, true, &Seat::starts);
    if (one_comes || seats_.size() >= settings_.processes)
        return nullptr;
    return &seats_.emplace_back();
}

Task<> Pool::warm(Seat& seat) {
    (void)co_await seat_process(seat); // whoever asks is told that there is none
    seat.busy = false;
    pump();
}

Task<Result<>> Pool::seat_process(Seat& seat) {
    if (seat.process)
        co_return Result<>();
    seat.starts = true;
    auto started = co_await start_process(seat);
    seat.starts = false;
    co_return started;
}

Task<Result<>> Pool::start_process(Seat& seat) {
    auto process = Process::start(loop_, settings_.program);
    if (!process)
        co_return std::unexpected(std::move(process.error()));
    seat.process = *std::move(process);
    const auto first = co_await seat.process->listen(kStartLimit);
    if (first && *first == hello(settings_.version))
        co_return Result<>();
    seat.process.reset();
    co_return fail(ErrorCode::Failed, !first                          ? "it ended as it started"
                                      : first->starts_with(hello("")) ? "it is of another version"
                                                                      : *first);
}

Task<> Pool::work(Seat& seat, Job job) {
    auto answer = co_await ask_of(seat, job);
    seat.busy = false;
    finish(job, std::move(answer));
}

Duration Pool::limit_of(const Request& request) const {
    constexpr std::uint64_t mib = 1 << 20;
    return settings_.limit + settings_.limit_of_mib * (std::visit(BytesOf(), request) / mib);
}

// A process that has said anything but an answer is not asked again.
Task<Pool::Answer> Pool::ask_of(Seat& seat, const Job& job) {
    const auto message = encode(job.request);
    const auto limit = limit_of(job.request);
    for (;;) {
        // The same may have been asked before it, while it waited.
        if (const auto* const why = set_aside_.find(job.project, job.request))
            co_return std::unexpected(*why);
        if (seat.process && seat.process->gone()) // nobody's document was the reason
            dismiss(seat);
        if (auto seated = co_await seat_process(seat); !seated)
            co_return std::unexpected(
                std::format("cannot be read: {}: {}", settings_.program, seated.error().message));
        pump(); // somebody may have waited for the start to be over, to start another one
        const auto answer = co_await seat.process->ask(message, limit);
        if (answer)
            if (auto reply = decode_reply(*answer, std::visit(SchemaPath(), job.request))) {
                const bool was_read = !std::holds_alternative<Missing>(*reply);
                if (was_read)
                    set_aside_.forget(job.project, job.request);
                co_return *std::move(reply);
            }
        dismiss(seat);
        if (!answer && answer.error() == Process::End::Overran)
            co_return set_aside(job, "has taken more than " + format_duration(limit));
        if (set_aside_.count_death(job.project, job.request) >= kTooManyDeaths)
            co_return set_aside(job, "has ended hotreload-worker twice");
        if (on_death)
            on_death(job.project);
    }
}

Pool::Answer Pool::set_aside(const Job& job, std::string_view what) {
    auto why =
        std::format("reading it {}: it is left alone until it changes, or for \"hotreloadctl "
                    "reload {}\"",
                    what, job.project);
    set_aside_.add(job.project, job.request, why);
    return std::unexpected(std::move(why));
}

void Pool::finish(const Job& job, Answer answer) {
    at_work_.erase(job.project);
    job.resolve(std::move(answer));
    pump();
}

// A process that is idle and not needed goes after a while: requests that come in a row do not wait
// for a start each time.
void Pool::rest() {
    const bool surplus = seats_.size() > needed() &&
                         std::ranges::any_of(seats_, [](const Seat& each) { return !each.busy; });
    if (surplus)
        idle_.arm(settings_.idle, [this] { dismiss_idle(); });
}

void Pool::dismiss_idle() {
    for (auto each = seats_.end(); each != seats_.begin() && seats_.size() > needed();) {
        --each;
        if (each->busy)
            continue;
        dismiss(*each);
        each = seats_.erase(each);
    }
}

void Pool::dismiss(Seat& seat) {
    if (seat.process)
        tasks_.spawn(bury(std::move(seat.process)));
}

// The memory of a process that was killed may take a moment to go.
Task<> Pool::bury(std::unique_ptr<Process> process) {
    co_await process->end();
    process.reset(); // a task that has ended keeps what it was given until the next one comes
}

} // namespace hotreload::worker
