// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// The one sd-event loop of the process and what hangs on it. An exception out of an sd-event
// callback ends the loop for good, so callbacks given here are run in noexcept trampolines: one
// that throws ends the process, and systemd starts it again, which nothing managed notices.

#include "base/clock.hpp"
#include "base/duration.hpp"
#include "base/error.hpp"
#include "base/task.hpp"

#include <cstdint>
#include <functional>
#include <memory>

struct signalfd_siginfo;
using sd_event = struct sd_event;
using sd_event_source = struct sd_event_source;

namespace hotreload::os {

struct SourceDeleter {
    // disable_unref: a plain unref leaves a source firing while another reference lives.
    void operator()(sd_event_source* source) const noexcept;
};
using Source = std::unique_ptr<sd_event_source, SourceDeleter>;

class EventLoop final : public Clock {
public:
    EventLoop();
    ~EventLoop() override;
    EventLoop(const EventLoop&) = delete;
    EventLoop& operator=(const EventLoop&) = delete;

    [[nodiscard]] sd_event* handle() const { return event_; }

    // Runs until exit(); returns its code.
    int run();
    void exit(int code);

    // Runs one iteration, which waits `timeout` at most; for tests.
    void run_once(Duration timeout);

    void post(std::move_only_function<void()> work) override;

    [[nodiscard]] Duration now() const override;
    [[nodiscard]] std::uint64_t realtime_usec() const override;
    [[nodiscard]] std::unique_ptr<Alarm> make_alarm() override;

private:
    static int drain(sd_event_source*, void* self) noexcept;

    sd_event* event_ = nullptr;
    std::vector<std::move_only_function<void()>> posted_;
    Source drain_;
};

// Calls back once, `delay` from now (CLOCK_MONOTONIC). Owned: destroyed or re-armed, the old one
// never fires. At most 1 ms late, or `slack` where it is given: the kernel is then free to let it
// wake us together with something else.
class Timer final : public Alarm {
public:
    explicit Timer(EventLoop& loop) : loop_(loop) {}
    void arm(Duration delay, std::move_only_function<void()> callback) override;
    void arm(Duration delay, Duration slack, std::move_only_function<void()> callback);
    void disarm() override { source_.reset(); }
    [[nodiscard]] bool armed() const { return source_ != nullptr; }

private:
    static int fire(sd_event_source*, std::uint64_t, void* self) noexcept;

    EventLoop& loop_;
    std::move_only_function<void()> callback_;
    Source source_;
};

// Calls back whenever `fd` (not owned) is readable, or has what another of the EPOLL constants
// says.
class Readable {
public:
    Readable(EventLoop& loop, int fd, std::move_only_function<void()> callback);
    Readable(EventLoop& loop, int fd, std::uint32_t events,
             std::move_only_function<void()> callback);
    Readable(const Readable&) = delete;
    Readable& operator=(const Readable&) = delete;

private:
    static int fire(sd_event_source*, int, std::uint32_t, void* self) noexcept;

    std::move_only_function<void()> callback_;
    Source source_;
};

// Calls back when `signal` arrives; it is blocked for the process from here on.
class SignalSource {
public:
    SignalSource(EventLoop& loop, int signal, std::move_only_function<void()> callback);
    SignalSource(const SignalSource&) = delete;
    SignalSource& operator=(const SignalSource&) = delete;

private:
    static int fire(sd_event_source*, const struct signalfd_siginfo*, void* self) noexcept;

    std::move_only_function<void()> callback_;
    Source source_;
};

// Ends `delay` from now.
Task<> wait_for(EventLoop& loop, Duration delay);

// Ends when `fd` has what one of the EPOLL constants of `events` says.
Task<> until_ready(EventLoop& loop, int fd, std::uint32_t events);

} // namespace hotreload::os
