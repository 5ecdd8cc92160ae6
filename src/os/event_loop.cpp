// SPDX-License-Identifier: LGPL-2.1-or-later
#include "os/event_loop.hpp"

#include "base/completion.hpp"

#include <sys/epoll.h>
#include <systemd/sd-event.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <system_error>

namespace hotreload::os {

namespace {

// These calls fail only when memory or file descriptors are used up: there is nothing to go on
// with.
void check(int r, const char* doing) {
    if (r < 0)
        throw std::system_error(-r, std::generic_category(), doing);
}

// An object that is taken down after the loop has ended may still ask for something: nobody will be
// called any more.
void check_while_it_runs(int r, const char* doing) {
    check(r == -ESTALE ? 0 : r, doing);
}

} // namespace

void SourceDeleter::operator()(sd_event_source* source) const noexcept {
    sd_event_source_disable_unref(source);
}

EventLoop::EventLoop() {
    check(sd_event_new(&event_), "making the event loop");
    sd_event_source* source = nullptr;
    check(sd_event_add_defer(event_, &source, drain, this), "making the work queue");
    drain_.reset(source);
    check(sd_event_source_set_enabled(source, SD_EVENT_OFF), "making the work queue");
}

EventLoop::~EventLoop() {
    drain_.reset();
    sd_event_unref(event_);
}

int EventLoop::run() {
    const int r = sd_event_loop(event_);
    check(r < 0 ? r : 0, "running the event loop");
    return r;
}

void EventLoop::exit(int code) {
    sd_event_exit(event_, code);
}

void EventLoop::run_once(Duration timeout) {
    const auto usec =
        timeout == kInfinity ? UINT64_MAX : static_cast<std::uint64_t>(timeout.count());
    const int r = sd_event_run(event_, usec);
    check(r < 0 ? r : 0, "running the event loop");
}

void EventLoop::post(std::move_only_function<void()> work) {
    posted_.push_back(std::move(work));
    check_while_it_runs(sd_event_source_set_enabled(drain_.get(), SD_EVENT_ONESHOT),
                        "queueing work");
}

int EventLoop::drain(sd_event_source*, void* self) noexcept {
    auto& loop = *static_cast<EventLoop*>(self);
    // Work that the work posts in turn belongs to the next iteration, so that input is not starved.
    auto batch = std::exchange(loop.posted_, {});
    for (auto& work : batch)
        work();
    return 0;
}

Duration EventLoop::now() const {
    std::uint64_t usec = 0;
    sd_event_now(event_, CLOCK_MONOTONIC, &usec);
    return Duration(static_cast<Duration::rep>(usec));
}

std::uint64_t EventLoop::realtime_usec() const {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return static_cast<std::uint64_t>(std::chrono::duration_cast<Duration>(now).count());
}

std::unique_ptr<Alarm> EventLoop::make_alarm() {
    return std::make_unique<Timer>(*this);
}

void Timer::arm(Duration delay, std::move_only_function<void()> callback) {
    arm(delay, std::clamp(delay / 1000, Duration(1), Duration(1000)), std::move(callback));
}

void Timer::arm(Duration delay, Duration slack, std::move_only_function<void()> callback) {
    source_.reset();
    if (delay == kInfinity)
        return;
    callback_ = std::move(callback);
    const auto usec = static_cast<std::uint64_t>(delay.count());
    const auto accuracy_usec = static_cast<std::uint64_t>(slack.count());
    sd_event_source* source = nullptr;
    check_while_it_runs(sd_event_add_time_relative(loop_.handle(), &source, CLOCK_MONOTONIC, usec,
                                                   accuracy_usec, fire, this),
                        "arming a timer");
    source_.reset(source);
}

int Timer::fire(sd_event_source*, std::uint64_t, void* self) noexcept {
    auto& timer = *static_cast<Timer*>(self);
    timer.source_.reset();
    // Moved out first: the callback may arm the timer again, or destroy it.
    auto callback = std::move(timer.callback_);
    callback();
    return 0;
}

Readable::Readable(EventLoop& loop, int fd, std::move_only_function<void()> callback)
    : Readable(loop, fd, EPOLLIN, std::move(callback)) {}

Readable::Readable(EventLoop& loop, int fd, std::uint32_t events,
                   std::move_only_function<void()> callback)
    : callback_(std::move(callback)) {
    sd_event_source* source = nullptr;
    check(sd_event_add_io(loop.handle(), &source, fd, events, fire, this), "watching a file");
    source_.reset(source);
}

int Readable::fire(sd_event_source*, int, std::uint32_t, void* self) noexcept {
    static_cast<Readable*>(self)->callback_();
    return 0;
}

SignalSource::SignalSource(EventLoop& loop, int signal, std::move_only_function<void()> callback)
    : callback_(std::move(callback)) {
    sd_event_source* source = nullptr;
    check(
        sd_event_add_signal(loop.handle(), &source, signal | SD_EVENT_SIGNAL_PROCMASK, fire, this),
        "waiting for a signal");
    source_.reset(source);
}

int SignalSource::fire(sd_event_source*, const struct signalfd_siginfo*, void* self) noexcept {
    static_cast<SignalSource*>(self)->callback_();
    return 0;
}

Task<> wait_for(EventLoop& loop, Duration delay) {
    Completion<bool> elapsed(loop);
    Timer timer(loop);
    timer.arm(delay, [resolve = elapsed.resolver()] { resolve(true); });
    co_await elapsed;
}

Task<> until_ready(EventLoop& loop, int fd, std::uint32_t events) {
    Completion<bool> ready(loop);
    const Readable watched(loop, fd, events, [resolve = ready.resolver()] { resolve(true); });
    co_await ready;
}

} // namespace hotreload::os
