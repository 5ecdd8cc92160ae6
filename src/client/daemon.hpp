// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// The daemon as a client sees it: its methods as tasks, which end with what it answers, on the loop
// that the client has. A call waits as long as the daemon lives; one that nobody waits for any more
// is forgotten, and the daemon goes on with what it was asked for. Single-threaded: a program
// without a loop gives it a thread of its own with one.

#include "base/task.hpp"
#include "client/answer.hpp"
#include "client/bus.hpp"
#include "client/json.hpp"
#include "client/properties.hpp"
#include "os/event_loop.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace hotreload::client {

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

// Content for a watched file, as a descriptor that the daemon reads.
struct FileContent {
    std::string path;
    sdbus::UnixFd content;
};

struct ApplyOptions {
    std::string confirm; // a duration; "": nobody has to
    bool force = false;
};

// What Check says of a project file.
struct CheckedFile {
    bool valid = false;
    std::vector<Problem> problems;
};

class Daemon {
public:
    // NoDaemon: its bus cannot be reached. The daemon is started by the first call, not by this.
    static Answer<std::unique_ptr<Daemon>> connect(os::EventLoop& loop, const BusAddress& address);
    ~Daemon();
    Daemon(const Daemon&) = delete;
    Daemon& operator=(const Daemon&) = delete;

    Task<Answer<std::string>> up(std::string path, bool wait); // → name of the project
    Task<Answer<>> down(std::string project);
    Task<Answer<std::string>> plan(std::string target, PlanRequest wanted);
    Task<Answer<std::string>> reload(std::string target, ReloadOptions wanted);
    Task<Answer<std::string>> restart(std::string target, ReloadOptions wanted);
    Task<Answer<std::string>> rollback(std::string target, RollbackOptions wanted);
    Task<Answer<std::string>> apply(std::string target, std::vector<FileContent> files,
                                    ApplyOptions wanted);
    // `target` may be an id of apply().
    Task<Answer<>> confirm(std::string target);
    Task<Answer<std::string>> history(std::string target, std::uint32_t limit); // 0: all
    Task<Answer<std::string>> diff(std::string target, std::uint64_t from, std::uint64_t to);
    Task<Answer<>> start(std::string target);
    Task<Answer<>> stop(std::string target);
    // `time` is a duration, "" for one without end.
    Task<Answer<>> pause(std::string target, std::string time, std::string reason);
    Task<Answer<>> resume(std::string target);
    // The last valid value of a published document; "" while there was none.
    Task<Answer<std::string>> value(std::string project, std::string config);
    Task<Answer<std::string>> explain(std::string path); // JSON, as all that is text here
    Task<Answer<>> sync();
    Task<Answer<std::string>> metrics();                         // OpenMetrics text
    Task<Answer<std::string>> debug_events(std::uint32_t limit); // 0: all that are kept
    Task<Answer<CheckedFile>> check(std::string path);

    // The status of a target, and the details of a signal's id, which only those who may inspect
    // are told (client/details.hpp). nullopt: we are not told, or the daemon does not know any
    // more.
    Task<std::optional<Json>> status(std::string target);
    Task<std::optional<Json>> details(std::string id);
    // The same of a change that its readers are told as well: it is asked for by everybody.
    Task<std::optional<Json>> details_for_readers(std::string id);
    // The daemon tells us what is for those who may inspect, as far as we have asked.
    [[nodiscard]] bool may_inspect() const { return may_inspect_; }

    // Calls `take` with all objects, before anything that the daemon has sent since.
    Task<Answer<>> objects(std::function<void(const ManagedObjects&)> take);
    Task<Answer<std::vector<ProjectState>>> projects();

    // The daemon runs now; asking does not start it.
    Task<bool> running();

    // Where polkit wants a password, a call is made once more, so that it asks somebody for it,
    // after this was called; unset: the call ends with NeedsPassword.
    std::function<void()> on_password_wanted;

    // The bus has gone: no call will be answered, and nothing told. Another Daemon may be had.
    void on_lost(std::function<void()> callback) { bus_->on_lost = std::move(callback); }

    [[nodiscard]] sdbus::IConnection& connection() { return bus_->connection(); }
    [[nodiscard]] sdbus::IProxy& proxy() { return *proxy_; }
    [[nodiscard]] os::EventLoop& loop() { return loop_; }

private:
    Daemon(os::EventLoop& loop, std::unique_ptr<Bus> bus);

    Task<std::optional<Json>> inspected(const char* method, std::string about);
    Task<std::optional<Json>> ask(const char* method, std::string about);
    // Calls a method once; `Results` are what it gives back.
    template <class... Results, class... Arguments>
    Task<Answer<std::tuple<Results...>>> call_once(sdbus::IProxy& proxy, const char* interface,
                                                   const char* method, bool interactive,
                                                   Arguments... arguments);
    // Where polkit wants a password, somebody is asked for it.
    template <class... Results, class... Arguments>
    Task<Answer<std::tuple<Results...>>> call_on(sdbus::IProxy& proxy, const char* interface,
                                                 const char* method, Arguments... arguments);
    // Methods of Manager1 that give back nothing, or a text.
    template <class... Arguments>
    Task<Answer<>> act(const char* method, Arguments... arguments);
    template <class... Arguments>
    Task<Answer<std::string>> text(const char* method, Arguments... arguments);

    os::EventLoop& loop_;
    std::unique_ptr<Bus> bus_;
    std::unique_ptr<sdbus::IProxy> proxy_; // of Manager1 at /org/hotreload
    bool may_inspect_ = true;              // until we hear otherwise
};

} // namespace hotreload::client
