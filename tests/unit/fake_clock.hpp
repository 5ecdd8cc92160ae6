// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Time that is moved by hand.

#include "base/clock.hpp"

#include <algorithm>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <utility>

namespace hotreload::test {

class FakeClock final : public Clock {
public:
    void post(std::move_only_function<void()> work) override { posted_.push_back(std::move(work)); }
    [[nodiscard]] Duration now() const override { return now_; }
    [[nodiscard]] std::uint64_t realtime_usec() const override {
        return static_cast<std::uint64_t>(now_.count());
    }
    [[nodiscard]] std::unique_ptr<Alarm> make_alarm() override {
        return std::make_unique<FakeAlarm>(*this);
    }

    // Everything that is to be done now.
    void run() {
        while (!posted_.empty()) {
            auto work = std::move(posted_.front());
            posted_.pop_front();
            work();
        }
    }
    // Time passes, and what it brings is done.
    void advance(Duration time) {
        const auto end = now_ + time;
        for (run(); !armed_.empty() && armed_.begin()->first <= end; run()) {
            now_ = std::max(now_, armed_.begin()->first);
            auto* const alarm = armed_.begin()->second;
            armed_.erase(armed_.begin());
            alarm->ring();
        }
        now_ = end;
    }

private:
    class FakeAlarm final : public Alarm {
    public:
        explicit FakeAlarm(FakeClock& clock) : clock_(clock) {}
        ~FakeAlarm() override { disarm(); }
        void arm(Duration delay, std::move_only_function<void()> callback) override {
            disarm();
            callback_ = std::move(callback);
            if (delay != kInfinity)
                clock_.armed_.emplace(clock_.now_ + delay, this);
        }
        void disarm() override {
            std::erase_if(clock_.armed_, [this](const auto& each) { return each.second == this; });
        }
        void ring() { std::exchange(callback_, {})(); }

    private:
        FakeClock& clock_;
        std::move_only_function<void()> callback_;
    };

    Duration now_ = std::chrono::seconds(100);
    std::deque<std::move_only_function<void()>> posted_;
    std::multimap<Duration, FakeAlarm*> armed_;
};

} // namespace hotreload::test
