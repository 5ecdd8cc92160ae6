// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// The real service manager behind core's Units port: org.freedesktop.systemd1 on the bus that
// `connection` is on. Everything is asynchronous; the connection has to be attached to the loop.
// Tasks must have ended or be destroyed before this object is. Only daemon/ makes one.

#include "core/units_port.hpp"
#include "os/event_loop.hpp"
#include "units/bus_call.hpp"
#include "units/drop_in.hpp"
#include "units/environment.hpp"
#include "units/facts.hpp"
#include "units/jobs.hpp"
#include "units/transient.hpp"

#include <functional>
#include <list>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <unordered_map>

namespace hotreload::units {

// Mode says which manager: PID 1, or the calling user's.
enum class Mode { System, User };

class SystemdUnits final : public Units {
public:
    // Environments of units are kept in files below `run_time_directory`, which is there.
    SystemdUnits(os::EventLoop& loop, sdbus::IConnection& connection, Mode mode,
                 const std::filesystem::path& run_time_directory);

    // Subscribes to the manager's signals, learns its identity, and removes what units left that it
    // does not know any more: once, before anything else.
    Task<Result<>> connect();

    [[nodiscard]] UnitState state(const std::string& unit) const override;
    Task<Result<UnitState>> follow(std::string unit) override;
    void unfollow(const std::string& unit) override;

    Task<Result<>> start_generation(GenerationRequest request) override;
    Task<Result<>> start_unit(std::string unit) override;
    Task<Result<>> stop_unit(std::string unit) override;
    Task<Result<>> end_unit(std::string unit, Duration patience) override;
    Task<Result<>> restart_unit(std::string unit) override;
    Task<Result<bool>> show_installed(std::string unit, std::vector<Bind> binds) override;
    Task<Result<>> load_anew(std::string unit) override;
    Task<Result<UnitState>> reload_unit(std::string unit) override;
    Task<Result<UnitState>> signal_unit(std::string unit, int signal) override;
    Task<Result<>> set_properties(std::string unit, std::vector<LiveValue> values) override;
    Task<Result<>> stays_active(std::string unit, Duration time,
                                std::optional<UnitState> since) override;
    Task<Result<>> discard(std::string unit) override;
    Task<Result<CommandResult>> run_command(CommandRequest request) override;
    Task<Result<std::vector<Problem>>>
    check_properties(std::map<std::string, std::vector<std::string>> properties) override;
    Task<Result<std::vector<std::string>>> list(std::string pattern) override;
    Task<Result<std::vector<std::string>>> installed(std::string suffix) override;
    [[nodiscard]] const std::string& manager_id() const override { return manager_id_; }

private:
    // A unit whose state is kept current.
    struct Followed {
        std::string unit;                      // its own name
        std::map<std::string, unsigned> names; // that it is followed by, each how often
        UnitFacts facts;
        bool known = false; // facts has been read, or comes with the signals of a start of ours
        unsigned done_by_others = 0;                   // jobs on it
        UnitState told;                                // what on_change was last told
        bool internal = false;                         // a helper of ours: nobody is told
        bool referenced = false;                       // by us, once
        bool starting = false;                         // with AddRef: nobody else refers to it
        bool instance = false;                         // followed as one only, and not referenced
        std::map<int, std::function<void()>> watchers; // of facts
    };
    // Instances belong to a template that is followed by them, "foo@*.service".
    struct Instances {
        unsigned follows = 0;
        std::set<std::string> units;   // that the manager has loaded
        std::set<std::string> stopped; // by us: what a start brings back
        std::set<std::string> acted;   // those that our last action was done to, to live through it
        std::set<std::string> fallen;  // of an action of ours: the next one brings them back
        UnitState told;
    };
    class Watch;  // of a followed unit's facts
    class Hold;   // one follow()
    class Helper; // a running command; gone with its task
    using PropertyName = std::pair<const char*, const char*>; // interface, property

    // ---- systemd_units.cpp: connection and signals
    void on_signals();
    void match_manager(const std::string& member, void (SystemdUnits::*handler)(sdbus::Message&));
    void match(const std::string& rule, void (SystemdUnits::*handler)(sdbus::Message&));
    void on_job_removed(sdbus::Message& signal);
    void on_properties_changed(sdbus::Message& signal);
    void on_unit_removed(sdbus::Message& signal);
    void on_reloading(sdbus::Message& signal);
    void on_owner_changed(sdbus::Message& signal);
    void on_job_end(const std::string& unit, const std::string& result, bool ours);
    Task<Result<>> subscribe();
    Task<> resubscribe();
    void refresh_all();
    Task<> ask_after(std::string job);

    // ---- following.cpp
    // By any of its names, as far as the manager has told them.
    Followed* find(const std::string& unit);
    [[nodiscard]] const Followed* find(const std::string& unit) const;
    // The followed unit; nullptr until all of its facts are there.
    [[nodiscard]] const Followed* find_known(const std::string& unit) const;
    [[nodiscard]] const std::string& own_name(const std::string& unit) const;
    Followed& enter(const std::string& unit);
    // Whose name it is, as the manager says now.
    void know_as(const std::string& name, const std::string& own);
    static void note_end(UnitState& state, const UnitState& before);
    void leave(const std::string& unit);
    // Leaves a unit with a failed state; ends when the manager has let go of it, and so collects
    // it.
    Task<> forget(std::string unit);
    void changed(Followed& followed);
    void tell_watchers(const Followed& followed);
    void tell_owner(Followed& followed);
    Task<> tell_end(std::string unit);
    std::unique_ptr<sdbus::IProxy> object(const std::string& path) const;
    using ReplyReader = std::function<void(const sdbus::MethodReply&)>;
    // Applied while the reply is dispatched: later, it would overwrite a signal that came after it.
    ReplyReader into_cache(const std::string& unit, PropertyName name);
    // Calls for all facts of a unit; the first is answered for a unit of any type.
    void ask_all(std::list<BusCall>& calls, sdbus::IProxy& unit_object,
                 const std::function<ReplyReader(PropertyName)>& reader);
    Task<BusResult<>> read_all(std::string unit);
    Task<> refresh(std::string unit);
    Task<> read_some(std::string unit, std::vector<PropertyName> names);
    // The last word on a unit, followed or not.
    Task<UnitFacts> facts_of(std::string unit);

    // ---- instances.cpp
    [[nodiscard]] UnitState state_of_instances(const std::string& pattern) const;
    Task<Result<UnitState>> follow_instances(std::string pattern);
    void unfollow_instances(const std::string& pattern);
    void listen_to_new_jobs();
    void on_job_new(sdbus::Message& signal);
    Task<Result<>> find_instances(std::string pattern);
    Task<> take_up_instance(std::string pattern, std::string unit);
    void drop_instance(const std::string& unit);
    // Makes it one when some pattern still wants it, though nobody follows it by its name any more.
    [[nodiscard]] bool is_followed_as_instance(Followed& followed) const;
    void instance_changed(const std::string& unit);
    void tell_of_instances(const std::string& pattern);
    using Act = std::function<Task<Result<>>(std::string)>;
    // Acts on one running instance after another, and starts those that fell of an action before,
    // until one fails.
    Task<Result<>> each_running(std::string pattern, Act act);
    // Instances that were acted on and do not run, though nobody stopped them and they have not
    // done their work.
    [[nodiscard]] std::vector<std::string> fallen_of(const Instances& instances) const;
    void remember_fallen(Instances& instances) const;
    Task<Result<>> start_instances(std::string pattern);
    Task<Result<>> stop_instances(std::string pattern);
    Task<Result<>> instances_stay_active(std::string pattern, Duration time);

    // ---- waiting.cpp
    // Until the manager has started a followed unit, or has failed to; as long as that may take,
    // and 90 s at most. One that is starting neither takes a reload job nor is it ready for a
    // signal.
    Task<> until_started(std::string unit);
    // The reason why it is not any more what it was at `since`; nullopt: `time` is over.
    Task<std::optional<std::string>> until_broken(std::string unit, UnitState since, Duration time);
    // A unit is not as it should be: it may be somebody else's doing. A job of theirs that stops it
    // is noted in its state as soon as it has begun; one that starts it anew is waited for. True
    // when it runs again by one.
    Task<bool> started_by_others(std::string unit, unsigned done_before, UnitState since);
    struct OtherJob {
        std::string path;
        std::string type; // "stop", "restart" …; "" for none
    };
    Task<OtherJob> job_of_others(std::string unit);
    // Waits until a stop job has begun on a followed unit, or has ended without. True when the unit
    // is on its way down.
    Task<bool> goes_down(std::string unit, Completion<std::string>& job_end);
    [[nodiscard]] unsigned done_by_others(const std::string& unit) const;

    // ---- unit_jobs.cpp, generations.cpp
    // The result of the job that `method` makes; kDeadline when it did not end in time.
    Task<BusResult<std::string>> run_job(const char* method, std::string unit,
                                         Duration deadline = kInfinity);
    void forgive_starts(const std::string& unit);
    // The properties live as long as the task.
    Task<BusResult<std::string>> run_transient(std::string unit, const Properties& properties);
    Result<Properties> prepare(const GenerationRequest& request);
    void remove_files(const std::string& unit);
    using Expected = std::unique_ptr<JobTable::Expectation>;
    [[nodiscard]] Expected expect_job(const std::string& unit);
    Task<BusResult<std::string>> job_end(Expected expected, sdbus::MethodReply reply,
                                         Duration deadline);
    // The judgement of a start that failed, and whether somebody else meddled.
    Task<Result<>> judged_start(std::string unit, std::string job, unsigned done_before);
    void follow_new(const std::string& unit, ServiceType type);
    Task<Result<>> start_new(std::string unit, ServiceType type, Properties properties);

    os::EventLoop& loop_;
    sdbus::IConnection& connection_;
    Mode mode_;
    DropIns drop_ins_;
    EnvironmentFiles environments_;
    std::string published_; // the directory of published documents
    CallLine line_;
    std::unique_ptr<sdbus::IProxy> manager_;
    std::string manager_id_;
    JobTable jobs_;
    std::unordered_map<std::string, std::unique_ptr<Followed>> followed_; // by object path
    std::unordered_map<std::string, std::string> aliases_; // to the own name of the unit
    std::map<std::string, Instances> instances_;           // by pattern
    bool hears_new_jobs_ = false;
    int last_watcher_ = 0;
    bool reloading_ = false; // the manager is; units that go now come back
    std::vector<sdbus::Slot> matches_;
    TaskScope scope_; // last: its tasks use all of the above
};

} // namespace hotreload::units
