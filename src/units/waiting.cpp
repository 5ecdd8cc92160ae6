// SPDX-License-Identifier: LGPL-2.1-or-later
// Waiting for what becomes of a unit, without a job of ours.
#include "core/instances.hpp"
#include "units/judge.hpp"
#include "units/object_path.hpp"
#include "units/systemd_units.hpp"

#include <algorithm>

namespace hotreload::units {

// Calls back at each change of a followed unit's facts, as long as it lives.
class SystemdUnits::Watch {
public:
    Watch(SystemdUnits& units, std::string unit, std::function<void()> tell)
        : units_(units), unit_(std::move(unit)), id_(++units.last_watcher_) {
        units_.enter(unit_).watchers.emplace(id_, std::move(tell));
    }
    Watch(const Watch&) = delete;
    Watch& operator=(const Watch&) = delete;
    ~Watch() {
        if (auto* followed = units_.find(unit_))
            followed->watchers.erase(id_);
    }

private:
    SystemdUnits& units_;
    std::string unit_;
    int id_;
};

// Follows a unit as long as it lives, whatever becomes of the task that waits.
class SystemdUnits::Hold {
public:
    Hold(SystemdUnits& units, std::string unit) : units_(units), unit_(std::move(unit)) {
        ++units_.enter(unit_).names[unit_];
    }
    Hold(const Hold&) = delete;
    Hold& operator=(const Hold&) = delete;
    ~Hold() { units_.unfollow(unit_); }

private:
    SystemdUnits& units_;
    std::string unit_;
};

Task<Result<>> SystemdUnits::stays_active(std::string unit, Duration time,
                                          std::optional<UnitState> since) {
    if (names_instances(unit))
        co_return co_await instances_stay_active(std::move(unit), time);
    const bool known = find_known(unit) != nullptr;
    const Hold hold(*this, unit);
    if (!known)
        if (const auto read = co_await read_all(unit); !read)
            co_return std::unexpected(to_error(read.error()).in_context("reading " + unit));
    auto start = since ? *std::move(since) : state(unit);
    Result<> result;
    for (;;) {
        const auto done_before = done_by_others(unit);
        const auto why = co_await until_broken(unit, start, time);
        if (!why)
            break;
        if (!co_await started_by_others(unit, done_before, start)) {
            result = fail(ErrorCode::Failed, unit + ": " + *why);
            break;
        }
        start = state(unit);
    }
    co_return result;
}

Task<std::optional<std::string>> SystemdUnits::until_broken(std::string unit, UnitState since,
                                                            Duration time) {
    Completion<std::optional<std::string>> end(loop_);
    const auto look = [this, unit, since, resolve = end.resolver()] {
        const auto* followed = find(unit);
        const auto now = followed ? followed->facts : UnitFacts();
        if (auto why = broken(since, now))
            resolve(std::move(why));
        else if (finished(now))
            resolve(std::nullopt);
    };
    look();
    const Watch watch(*this, unit, look);
    os::Timer timer(loop_);
    if (time <= Duration::zero())
        end.resolver()(std::nullopt); // counts only if nothing was found wrong
    else
        timer.arm(time, [resolve = end.resolver()] { resolve(std::nullopt); });
    co_return co_await end;
}

Task<SystemdUnits::OtherJob> SystemdUnits::job_of_others(std::string unit) {
    const auto unit_object = object(unit_path(unit));
    BusCall asked(line_, *unit_object, kProperties, "Get", kUnit, "Job");
    auto reply = co_await asked;
    if (!reply)
        co_return OtherJob();
    using Job = sdbus::Struct<std::uint32_t, sdbus::ObjectPath>;
    const auto job = decode<sdbus::Variant>(std::move(*reply)).and_then([](const auto& value) {
        return guarded([&] { return std::get<0>(value).template get<Job>(); });
    });
    if (!job || std::get<0>(*job) == 0 || jobs_.waits_for(std::get<1>(*job)))
        co_return OtherJob();
    OtherJob other{std::get<1>(*job), {}};
    const auto job_object = object(other.path);
    BusCall type(line_, *job_object, kProperties, "Get", "org.freedesktop.systemd1.Job", "JobType");
    if (auto answer = co_await type)
        if (const auto value = decode<sdbus::Variant>(std::move(*answer)))
            if (auto word =
                    guarded([&] { return std::get<0>(*value).template get<std::string>(); }))
                other.type = std::move(*word);
    co_return other;
}

Task<bool> SystemdUnits::started_by_others(std::string unit, unsigned done_before,
                                           UnitState since) {
    auto expected = expect_job(unit);
    const auto job = co_await job_of_others(unit);
    const bool starts = job.type.ends_with("start");
    Completion<std::string> end(loop_);
    if (starts || job.type == "stop")
        jobs_.wait(job.path, end.resolver());
    expected.reset(); // what else has ended meanwhile was theirs, and counts
    if (job.type == "stop" && co_await goes_down(unit, end))
        co_return false;
    if (starts)
        (void)co_await end;
    const auto* followed = find(unit);
    if (!followed)
        co_return false;
    // A start by the manager itself (Restart=) is no job of anybody's.
    const auto& now = followed->facts.state;
    const bool by_others = starts || followed->done_by_others != done_before;
    const bool anew = now.main_pid != since.main_pid && now.restarts <= since.restarts;
    co_return (by_others && anew && now.active_state == "active");
}

// A stop job may have to wait for those of other units: until its turn comes, the unit runs as if
// nobody had asked for anything. True when the unit is on its way down.
Task<bool> SystemdUnits::goes_down(std::string unit, Completion<std::string>& job_end) {
    if (!find(unit))
        co_return false;
    const auto look = [this, unit, resolve = job_end.resolver()] {
        if (!state(unit).running())
            resolve({});
    };
    {
        const Watch watch(*this, unit, look);
        look();
        (void)co_await job_end;
    }
    auto* followed = find(unit);
    if (!followed || followed->facts.state.running())
        co_return false;
    followed->facts.state.end = UnitEnd::Others;
    co_return true;
}

Task<> SystemdUnits::until_started(std::string unit) {
    constexpr Duration most = std::chrono::seconds(90);
    const auto starting = [this, unit] {
        const auto* followed = find(unit);
        return followed && followed->facts.state.active_state == "activating";
    };
    if (!starting())
        co_return;
    Completion<bool> over(loop_);
    const Watch watch(*this, unit, [starting, resolve = over.resolver()] {
        if (!starting())
            resolve(true);
    });
    os::Timer timer(loop_);
    timer.arm(std::min(find(unit)->facts.start_timeout, most),
              [resolve = over.resolver()] { resolve(false); });
    co_await over;
}

} // namespace hotreload::units
