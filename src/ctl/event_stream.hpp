// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Subscribes to everything that the daemon tells; once made, no event is missed. Events arrive
// from DaemonProxy::dispatch and DaemonProxy::drain, in the order in which the daemon sent them,
// with values and reasons where we may see them.

#include "ctl/daemon_proxy.hpp"
#include "ctl/events.hpp"

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace hotreload::ctl {

class EventStream {
public:
    using Handler = std::function<void(const Event&)>;

    static Answer<std::unique_ptr<EventStream>> open(DaemonProxy& daemon, Handler handler);

    // Adds ServiceChanged, ProjectChanged and ConfigRevision, which need to know all states
    // beforehand: starts the daemon.
    Answer<> watch_states();

private:
    EventStream(DaemonProxy& daemon, Handler handler);

    void subscribe_manager();
    void subscribe_owner();
    void subscribe_states();
    void tell(Event event);
    template <class T> // of the three that have a state
    void tell_state(T event, const std::string& target, bool has_details);
    void learn(const ManagedObjects& objects);
    void properties_changed(const std::string& path, const std::string& interface,
                            const Properties& properties);

    DaemonProxy& daemon_;
    Handler handler_;
    std::map<std::string, ServiceState> services_; // by object path
    std::map<std::string, ProjectState> projects_;
    std::map<std::string, ConfigState> configs_;
    std::vector<sdbus::Slot> slots_;
};

} // namespace hotreload::ctl
