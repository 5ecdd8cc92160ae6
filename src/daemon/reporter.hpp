// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Everything that happens passes Reporter once: it becomes a journal message for people, and goes
// on to the transports; what they do not tell everybody is kept for callers who may inspect. Names
// of environment variables are told, their values never.
//
// The announcement of an action is held back until the call that begins it has left, for the
// service waits for that call and nobody for the announcement. It is told before anything that
// comes after it, so that the order stays; of many such events, some in each turn of the loop.

#include "base/executor.hpp"
#include "core/events.hpp"
#include "core/messages.hpp"
#include "core/units_port.hpp"
#include "daemon/recent_details.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace hotreload::daemon {

class Reporter final : public Events {
public:
    static constexpr std::size_t kMostInATurn = 32; // of the events that are held back

    Reporter(Log& log, const Units& units, Executor& executor)
        : log_(log), units_(units), executor_(executor) {}

    void add(Events& listener) { listeners_.push_back(&listener); }

    [[nodiscard]] const RecentDetails& recent() const { return recent_; }
    // How many events were told, the one included that is being told.
    [[nodiscard]] std::uint64_t told() const { return told_; }

    void file_changed(const std::string& project, const std::string& path, ChangeKind kind,
                      const std::string& from) noexcept override;
    void files_settled(const std::string& project, const ReloadId& id,
                       const std::vector<SettledFile>& files, std::size_t more) noexcept override;
    void config_changed(const ReloadId& id, const ConfigChange& change) noexcept override;
    void definition_changed(const ReloadId& id, const std::string& project,
                            const MemberDefinition& before,
                            const MemberDefinition& after) noexcept override;
    void validation_failed(const ReloadId& id, const std::string& project,
                           const std::string& target, const Problem& problem) noexcept override;
    void project_refused(const ReloadId& id, const std::string& project,
                         const Problem& problem) noexcept override;
    void reload_started(const ReloadId& id, const Plan& plan) noexcept override;
    void acting(const std::string& project, const ReloadId& id,
                const MemberPlan& plan) noexcept override;
    void watch_suspended(const std::string& project, const std::string& service,
                         const std::string& path) noexcept override;
    void pause_changed(const std::string& project, const std::string& service, const Pause& pause,
                       bool paused, AskedBy caller) noexcept override;
    void candidate_changed(const std::string& project, const Candidate& candidate,
                           CandidateNews news, AskedBy caller) noexcept override;
    void reload_finished(const Outcome& outcome) noexcept override;
    void project_changed(const ProjectStatus& status) noexcept override;
    void project_removed(const std::string& project) noexcept override;
    void service_changed(const ServiceStatus& status) noexcept override;
    void service_removed(const std::string& project, const std::string& service) noexcept override;
    void config_status_changed(const ConfigStatus& status) noexcept override;
    void config_removed(const std::string& project, const std::string& config) noexcept override;

private:
    void hold_back(std::move_only_function<void()> event);
    void release();
    void release_some();
    void release_next_turn();
    template <class F>
    void tell(F&& event) {
        release();
        to_all(event);
    }
    template <class F>
    void to_all(F&& event) {
        ++told_;
        for (auto* listener : listeners_)
            event(*listener);
    }
    void log_service(const Outcome& outcome, const MemberOutcome& service);

    Log& log_;
    const Units& units_;
    Executor& executor_;
    std::vector<Events*> listeners_;
    std::uint64_t told_ = 0;
    RecentDetails recent_;
    // Shared with what is posted, which may outlive us.
    using Held = std::deque<std::move_only_function<void()>>;
    std::shared_ptr<Held> held_ = std::make_shared<Held>();
};

// "web (LOG_LEVEL, web.toml: log.level)": a service and what changed of it, at most three names.
std::string describe_changes(const std::string& service, const std::vector<Change>& changes);

} // namespace hotreload::daemon
