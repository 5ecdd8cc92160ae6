// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Counters are what has happened since they were made, by project and service: the part of the
// metrics that no state tells. Events feed them. They hold numbers, and the names of what is
// registered: what is gone is forgotten, so that they never grow beyond that. Nothing of them is
// kept over a start of the daemon: they begin at zero, and say when. Pure; daemon/ makes one.

#include "base/clock.hpp"
#include "core/events.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>

namespace hotreload {

class Counters final : public Events {
public:
    // The results that are counted; the others are of looks that found nothing to do.
    static constexpr std::array kResults{
        ReloadResult::Applied,          ReloadResult::Waiting,        ReloadResult::Superseded,
        ReloadResult::StoppedMeanwhile, ReloadResult::Invalid,        ReloadResult::Failed,
        ReloadResult::RolledBack,       ReloadResult::NeedsAttention,
    };
    // The upper bounds of the buckets of durations; one more has none.
    static constexpr std::array<Duration, 12> kBounds{
        std::chrono::milliseconds(5),    std::chrono::milliseconds(10),
        std::chrono::milliseconds(25),   std::chrono::milliseconds(50),
        std::chrono::milliseconds(100),  std::chrono::milliseconds(250),
        std::chrono::milliseconds(500),  std::chrono::seconds(1),
        std::chrono::milliseconds(2500), std::chrono::seconds(5),
        std::chrono::seconds(10),        std::chrono::seconds(60),
    };

    // How often, and how long in all.
    struct Times {
        std::uint64_t count = 0;
        Duration sum{};
    };
    struct Service {
        std::uint64_t since_usec = 0;                         // CLOCK_REALTIME
        std::array<std::uint64_t, kResults.size()> results{}; // in their order
        Times gaps;                                           // in which nobody served, of restarts
    };
    struct Project {
        std::uint64_t since_usec = 0;                            // CLOCK_REALTIME
        std::array<std::uint64_t, kBounds.size() + 1> buckets{}; // of transactions, each in one
        Times transactions;
        std::map<std::string, Service> services;
    };

    explicit Counters(const Clock& clock) : clock_(clock), since_usec_(clock.realtime_usec()) {}

    [[nodiscard]] std::uint64_t since_usec() const { return since_usec_; } // CLOCK_REALTIME
    [[nodiscard]] const std::map<std::string, Project>& projects() const { return projects_; }

    void reload_finished(const Outcome& outcome) noexcept override;
    void project_changed(const ProjectStatus& status) noexcept override;
    void project_removed(const std::string& project) noexcept override;
    void service_changed(const ServiceStatus& status) noexcept override;
    void service_removed(const std::string& project, const std::string& service) noexcept override;

    // These tell nothing that is counted.
    void file_changed(const std::string& /*project*/, const std::string& /*path*/,
                      ChangeKind /*kind*/, const std::string& /*from*/) noexcept override {}
    void config_changed(const ReloadId& /*id*/, const ConfigChange& /*change*/) noexcept override {}
    void validation_failed(const ReloadId& /*id*/, const std::string& /*project*/,
                           const std::string& /*target*/,
                           const Problem& /*problem*/) noexcept override {}
    void reload_started(const ReloadId& /*id*/, const Plan& /*plan*/) noexcept override {}
    void config_status_changed(const ConfigStatus& /*status*/) noexcept override {}
    void config_removed(const std::string& /*project*/,
                        const std::string& /*config*/) noexcept override {}

private:
    const Clock& clock_;
    std::uint64_t since_usec_;
    std::map<std::string, Project> projects_;
};

} // namespace hotreload
