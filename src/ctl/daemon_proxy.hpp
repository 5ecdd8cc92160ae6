// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// The daemon as commands see it: its methods as calls that return an Answer, and a loop on which
// its signals arrive. Calls block, which a command may: it has nothing else to do. A call waits as
// long as the daemon lives.

#include "ctl/answer.hpp"
#include "ctl/json.hpp"
#include "ctl/options.hpp"
#include "ctl/password_agent.hpp"
#include "ctl/properties.hpp"
#include "os/event_loop.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace hotreload::ctl {

struct ReloadOptions {
    bool force = false;
    std::string strategy; // "": the daemon's choice
    bool no_drain = false;
};

struct PlanRequest {
    bool force = false;
    std::string strategy; // as of a reload
    bool validate = true;
};

struct RollbackOptions {
    std::uint64_t generation = 0; // the one before
    bool restore_files = false;
    bool no_drain = false;
};

class DaemonProxy {
public:
    static Answer<std::unique_ptr<DaemonProxy>> connect(const GlobalOptions& options);

    Answer<std::string> up(const std::string& path, bool wait); // → name of the project
    Answer<> down(const std::string& project);
    Answer<std::string> plan(const std::string& target, const PlanRequest& wanted);
    Answer<std::string> reload(const std::string& target, const ReloadOptions& options);
    Answer<std::string> restart(const std::string& target, const ReloadOptions& options);
    Answer<std::string> rollback(const std::string& target, const RollbackOptions& options);
    Answer<std::string> history(const std::string& target, std::uint32_t limit); // 0: all
    Answer<std::string> diff(const std::string& target, std::uint64_t from, std::uint64_t to);
    Answer<> start(const std::string& target);
    Answer<> stop(const std::string& target);
    // `time` is a duration, "" for one without end.
    Answer<> pause(const std::string& target, const std::string& time, const std::string& reason);
    Answer<> resume(const std::string& target);
    // The last valid value of a published document; "" while there was none.
    Answer<std::string> value(const std::string& project, const std::string& config);
    Answer<std::string> explain(const std::string& path); // JSON, as all that is text here
    Answer<> sync();
    Answer<std::string> debug_events(std::uint32_t limit); // 0: all that are kept
    Answer<std::pair<bool, std::vector<Problem>>> check(const std::string& path);

    // The status of a target, and the details of a signal's id, which only those who may inspect
    // are told (ctl/details.hpp). nullopt: we are not told, or the daemon does not know any more.
    std::optional<Json> status(const std::string& target);
    std::optional<Json> details(const std::string& id);
    // The daemon tells us what is for those who may inspect, as far as we have asked.
    [[nodiscard]] bool may_inspect() const { return may_inspect_; }

    Answer<ManagedObjects> objects();
    Answer<std::vector<ProjectState>> projects();

    // The daemon runs now; asking does not start it.
    bool running();

    [[nodiscard]] sdbus::IConnection& connection() { return *connection_; }
    [[nodiscard]] sdbus::IProxy& proxy() { return *proxy_; }
    [[nodiscard]] os::EventLoop& loop() { return loop_; }

    // Runs one iteration of the loop; NoDaemon when the bus goes away.
    Answer<> dispatch(Duration timeout = kInfinity);
    // Everything that has arrived already.
    Answer<> drain();

    ~DaemonProxy();

private:
    std::optional<Json> inspected(const Answer<std::string>& answer);
    DaemonProxy(std::unique_ptr<sdbus::IConnection> connection, bool asks_for_passwords);
    // What a method gives back. Where polkit wants a password, a person is asked for it.
    template <class... Results, class... Arguments>
    auto call_on(sdbus::IProxy& proxy, const sdbus::InterfaceName& interface, const char* method,
                 const Arguments&... arguments) -> Answer<std::tuple<Results...>>;
    // The same, of Manager1.
    template <class... Results, class... Arguments>
    auto call(const char* method, const Arguments&... arguments) -> Answer<std::tuple<Results...>>;

    os::EventLoop loop_;
    std::unique_ptr<sdbus::IConnection> connection_;
    std::unique_ptr<sdbus::IProxy> proxy_; // of Manager1 at /org/hotreload
    bool may_inspect_ = true;              // until we hear otherwise
    bool asks_for_passwords_;
    std::unique_ptr<PasswordAgent> password_agent_; // once one was wanted
};

} // namespace hotreload::ctl
