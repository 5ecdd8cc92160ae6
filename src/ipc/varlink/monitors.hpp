// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Monitors are callers of org.hotreload.Monitor: each is told what happens from then on, as a
// stream of replies, with values where the caller may inspect. One who does not read is dropped:
// nobody is waited for, and what is kept for one is limited.

#include "core/events.hpp"
#include "ipc/service.hpp"
#include "ipc/varlink/link.hpp"
#include "ipc/varlink/variant.hpp"

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace hotreload::ipc {

class Monitors final : public Events {
public:
    // Of the service, the numbers of events. It outlives it.
    explicit Monitors(const Service& service) : service_(service) {}

    // Tells that it is ready, and what happens from then on.
    void add(Link link, Audience reader);
    // Its connection is closed; nothing if it is none.
    void remove(const sd_varlink* link) noexcept;

    void file_changed(const std::string& project, const std::string& path, ChangeKind kind,
                      const std::string& from) noexcept override;
    void files_settled(const std::string& project, const ReloadId& id,
                       const std::vector<SettledFile>& files, std::size_t more) noexcept override;
    void config_changed(const ReloadId& id, const ConfigChange& change) noexcept override;
    void validation_failed(const ReloadId& id, const std::string& project,
                           const std::string& target, const Problem& problem) noexcept override;
    void reload_started(const ReloadId& id, const Plan& plan) noexcept override;
    void pause_changed(const std::string& project, const std::string& service, const Pause& pause,
                       bool paused, AskedBy caller) noexcept override;
    void reload_finished(const Outcome& outcome) noexcept override;
    void project_changed(const ProjectStatus& status) noexcept override;
    void project_removed(const std::string& project) noexcept override;
    void service_changed(const ServiceStatus& status) noexcept override;
    void service_removed(const std::string& project, const std::string& service) noexcept override;
    void config_status_changed(const ConfigStatus& status) noexcept override;
    void config_removed(const std::string& project, const std::string& config) noexcept override;

private:
    // The bytes that may wait for one monitor, about: some events of the largest kind, which may
    // come in one turn of the loop. libsystemd would keep 16 MiB.
    static constexpr std::size_t kMostBehind = std::size_t{4} << 20;

    struct Monitor {
        Link link;
        Audience reader;
        std::size_t behind = 0; // bytes that were sent since it had read everything
    };
    // An event as it is told.
    struct Told {
        Variant variant;
        std::size_t bytes = 0;
    };

    // Writes the members of an event behind its name.
    using Write = std::function<void(VariantBuilder& out, Audience reader)>;
    [[nodiscard]] Told render(std::string_view event, Audience reader, const Write& write) const;
    // False: it does not read.
    static bool send(Monitor& monitor, const Told& told) noexcept;
    void tell(std::string_view event, const Write& write) noexcept;

    const Service& service_;
    std::vector<Monitor> monitors_;
};

} // namespace hotreload::ipc
