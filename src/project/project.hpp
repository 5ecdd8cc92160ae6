// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// One project while the daemon knows it: its definition, its record, its watched files, and what
// is under way. Every trigger (a file settled, a call, a transaction ended, the daemon started)
// ends in pump(), which looks at what is due and nobody works at, and starts transactions.

#include "base/task.hpp"
#include "core/events.hpp"
#include "core/record.hpp"
#include "core/status.hpp"
#include "core/transaction.hpp"
#include "core/units_port.hpp"
#include "core/watch_rules.hpp"
#include "core/write_loop.hpp"
#include "project/ports.hpp"

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace hotreload::project {

// What is asked of a project, by somebody or by its files.
struct Request {
    enum class Kind {
        Look,   // nobody asked: files did
        Reload, // a transaction, with what `options` say
        Stop,   // until Start: own units and installed ones alike
        Remove, // Down: stop the own units and forget everything
    };

    Kind kind = Kind::Reload;
    std::uint64_t id = 0;
    std::optional<std::string> service; // nothing: the whole project
    PlanOptions options;
    std::optional<Duration> drain = {}; // of this time only
    struct Rollback {
        std::uint64_t generation = 0; // 0: the one before the applied one
        bool restore_files = false;   // write the content of watched files back
        // What each service goes back to, once it was found and the files were written: a rollback
        // that begins again neither looks for it nor writes them anew.
        std::optional<std::map<std::string, GenerationRecord>> goals = {};
    };
    std::optional<Rollback> rollback = {};
    CallerUid caller = {};
    std::vector<FileRestored> files = {}; // by it, so far
    std::move_only_function<void(const Outcome&)> done;
};

// Changes are held back for a time; zero: until somebody resumes.
struct PauseRequest {
    Duration time{};
    std::string reason; // as it was given; may be ""
    CallerUid caller;
};

// The watches of a definition, with their patterns parsed.
struct ServiceRules {
    explicit ServiceRules(ServiceDefinition from)
        : definition(std::move(from)), rules(definition, false) {}
    ServiceRules(const ServiceRules&) = delete;
    ServiceRules& operator=(const ServiceRules&) = delete;

    ServiceDefinition definition;
    WatchRules rules;
};

// What acts for the project's transactions.
Means means_of(const Ports& ports);

// The watch of a watch's schema.
WatchDefinition schema_watch(const WatchDefinition& of);
std::vector<WatchDefinition> watches_of(const ServiceRules& rules);

class Project final : public TransactionHost {
public:
    // `broken` of its records could not be read: told until somebody asks for a reload.
    Project(Ports around, ProjectRecord record, std::vector<Problem> broken = {});
    ~Project() override;
    Project(const Project&) = delete;
    Project& operator=(const Project&) = delete;

    // Adopts what runs, reads the project file, arms the watches, and looks at everything once.
    // What has ended the daemon twice, or cannot be done, is not tried: then nothing is done for
    // the project, and what runs runs on, until its file changes or somebody asks.
    Task<> open();

    // Goes to work as soon as nobody works at the services concerned; `done` is called at the end.
    void submit(Request request);
    Task<Outcome> perform(Request request);

    // What a transaction of `submit` would begin with, without anything being begun: a look at the
    // project file and the disk as they are now.
    struct Draft {
        TransactionInput input; // without an id
        ProjectDefinition definition;
    };
    [[nodiscard]] Result<Draft> draft(std::optional<std::string> service, PlanOptions options);

    // Reads the project file again and looks at every service (after SIGHUP).
    void look_again();

    // Another file is the project file from now on.
    void move_to(const std::string& path);
    // The file at `path` can be the project file without anybody being asked: it is the same one by
    // another name, or the one on record is gone or not known any more.
    [[nodiscard]] bool leads_to(const std::string& path) const;

    // Called by the owner of Units::on_change.
    void unit_changed(const std::string& unit);

    // Called when another service lets go of a unit: what waited for it is looked at.
    void units_released();

    [[nodiscard]] const std::string& name() const { return record_.name; }
    [[nodiscard]] const std::string& path() const { return record_.path; }
    [[nodiscard]] bool has_service(const std::string& service) const;
    [[nodiscard]] ProjectStatus status() const;
    [[nodiscard]] ServiceStatus service_status(const std::string& service) const;
    [[nodiscard]] std::vector<std::string> service_names() const;
    [[nodiscard]] std::vector<ConfigStatus> config_statuses() const;

    // What of the project a path concerns: its watches, its schemas, the project file's sources.
    [[nodiscard]] std::vector<WatchExplanation> explain(const std::string& path) const;

    // Changes are held back until resume, which applies the newest once, or until the time is over.
    void pause(const std::optional<std::string>& service, const PauseRequest& request);
    // Also, watches that were suspended are in force again.
    void resume(const std::optional<std::string>& service, CallerUid caller);

    // Applied states that are kept, the newest first.
    [[nodiscard]] std::vector<GenerationRecord> history(const std::string& service) const;
    // Whether `rollback` can be asked for: NotFound when there is no such generation, or none
    // before.
    [[nodiscard]] Result<> can_roll_back(const std::optional<std::string>& service,
                                         const Request::Rollback& rollback) const;
    [[nodiscard]] std::vector<KeptGeneration> kept_generations(const std::string& service,
                                                               std::size_t limit);
    // What else happened to a service, the newest first.
    [[nodiscard]] std::vector<PastEvent> past_events(const std::string& service,
                                                     std::size_t limit) const;
    // From one kept state of a service to another; a `to` of 0: what is applied, a `from` of 0: the
    // one before `to`.
    [[nodiscard]] Result<GenerationDifference> difference(const std::string& service,
                                                          std::uint64_t from, std::uint64_t to);

    // It went down: nothing is begun any more, and whoever asks for something is turned away.
    [[nodiscard]] bool gone() const { return gone_; }

    // Ends when nothing is due and nobody works at anything.
    Task<> settled();

private:
    // A service as it is watched and worked at.
    struct Slot {
        std::unique_ptr<WatchedFiles> files;
        std::shared_ptr<const ServiceRules> rules; // that `files` was made of
        // Installed units that it names or has on record: followed, and known once they were read.
        std::set<std::string> following;
        std::set<std::string> known;
        std::string no_such_unit; // of those, what was meant by one that is not there
        std::string barred;       // why nothing may be done to its unit, as it was told last
        bool fresh = true;        // `files` was never read
        bool due = true;          // to be looked at
        bool interrupted = false;
        bool at_rest = false;   // its installed unit was stopped by somebody, when last heard of
        Snapshot snapshot;      // as last read
        std::uint64_t mark = 0; // of `files`, then
        // On record as applied, but gone when the service had been made to read its files.
        std::set<std::string> gone;
        std::map<std::string, std::string>
            renamed; // by the last look: from the new path to the old
        std::vector<std::string> waiting;
        std::shared_ptr<Cancellation> underway; // of the transaction that works at it
        std::shared_ptr<Cancellation> hurry;    // of the same
        std::shared_ptr<Cancellation> proving;  // its `newer`
        // Documents that a look found changed: from what was applied to what is wanted.
        std::map<std::string, std::pair<ContentId, ContentId>> compared;
        std::vector<std::string> held; // what waits for the end of a pause
        CallerUid caller;              // who asked for what is under way, and
        std::string trigger;           // why it was begun
        std::string last_result;
        std::vector<Change> last_changes;
        WriteLoop loop;
        std::vector<Writers::Handle> leases; // that tell who writes what the loop suspects
        Duration changed_at{};               // when its files changed last
        std::set<std::string> draining;      // units that we wait for
        Duration rest{};                     // the last one
        Duration rests_until{};              // as its files had moved on
        Duration last_gap{};                 // of its last restart: how long nobody served
        std::string suspended;               // the file that the service writes itself
        std::string unwatchable; // why its files are not: a definition on record of another grammar
        std::map<std::string, Duration> emptied; // files that lost all they held: seen when
        Duration emptied_until{};                // they are not acted on before
    };

    // A document that is published.
    struct Published {
        ConfigDefinition definition;
        std::unique_ptr<WatchedFiles> files;
        std::optional<ContentId> looked_at; // what was told of it last
        ConfigStatus status;
    };

    void started(std::uint64_t id, const Plan& plan) override;
    void acting(std::uint64_t id, const ServicePlan& plan) override;
    void commit(const std::string& service, std::optional<ServiceRecord> record) override;
    [[nodiscard]] std::optional<std::string> content(const ContentId& id) const override;
    [[nodiscard]] Problem problem_at(const std::string& key, std::string message) const override;
    [[nodiscard]] std::optional<Problem> distrusted(const ServiceDefinition& service,
                                                    bool starts) const override;
    [[nodiscard]] std::uint64_t realtime_usec() const override;

    Task<> take_up();
    Task<> set_aside(Problem why);
    void retry();
    [[nodiscard]] Work all_work() const;
    [[nodiscard]] Deaths::Scope at_work();
    // project_units.cpp
    void hold_units(const std::string& service);
    enum class Known { NotYet, Before };
    Task<> get_to_know(std::string service, std::string unit, Known known);
    Task<> look_for_unit(std::string service, std::string unit);
    [[nodiscard]] std::optional<Problem> barred(const std::string& service) const;
    void look_who_is_barred(const std::string& service);
    void look_at_what_was_started(const std::string& service);

    bool read_project_file();
    void accept(ProjectDefinition definition);
    bool take_project_file();
    [[nodiscard]] Checked<ProjectDefinition> load();
    bool watch_sources();
    void arm(const std::string& service);

    // project_adopt.cpp
    Task<> adopt();
    Task<> follow_all();
    Task<> follow(std::string unit);
    Task<> show_what_is_on_record(ServiceRecord& service);
    Task<> remove_orphans();
    Task<> take_over_what_is_not_on_record(std::vector<std::string> units);
    void adopt_sockets();
    void remove_stale_views();

    // project_work.cpp
    void pump();
    void pump_soon();
    [[nodiscard]] std::set<std::string> start_requests();
    void begin(Request request, std::set<std::string> scope);
    void close();
    void turn_away(Request request);
    void refuse(Request request, Problem problem);
    void tell_settled();
    void forget_services();
    void forget_service(const std::string& service);
    void look(const std::set<std::string>& reserved);
    void doubt(const std::string& service);
    void doubt_what_came_back(const std::string& service, const Snapshot& now);
    Task<> work(TransactionInput input, Plan plan, std::set<std::string> scope, Request request);
    void supersede(const std::string& service);
    void hurry(const std::string& service);
    void request_soon(std::shared_ptr<Cancellation> cancellation);
    void note_wanted(const Outcome& outcome, const std::set<std::string>& asked);
    [[nodiscard]] static bool moved_on(const Slot& slot);
    void rest(const std::set<std::string>& scope, bool moved_on);
    [[nodiscard]] bool rests(const std::string& service) const;
    [[nodiscard]] Duration held_for(const std::string& service) const;
    void go_on_after_rest();
    Task<> stop_services(Request request, std::set<std::string> scope);
    TransactionInput gather(const std::set<std::string>& services, PlanOptions options,
                            Rescan rescan);
    [[nodiscard]] ServiceView view(const std::string& service, Snapshot files) const;
    [[nodiscard]] Snapshot applied_snapshot(const std::string& service) const;
    [[nodiscard]] ServiceDefinition applied_definition(const std::string& service) const;
    // Errors: Invalid, for a pattern. Those that config/ has read have none, those on record may.
    using Watched = Result<std::unique_ptr<WatchedFiles>>;
    [[nodiscard]] Watched watch_service(const std::shared_ptr<const ServiceRules>& rules,
                                        Files::OnSettled settled);
    [[nodiscard]] Result<Snapshot> read_once(const std::shared_ptr<const ServiceRules>& rules);
    [[nodiscard]] Files::OnRead note_documents(std::shared_ptr<const ServiceRules> rules);
    const Snapshot& read_files(const std::string& service, Rescan rescan);
    [[nodiscard]] std::set<std::string> find_loops(const Plan& plan);
    void look_who_writes(const std::string& service);
    void suspend(const std::string& service);
    void leave_out_suspended(const std::string& service, ServiceView& view) const;
    static void hold_incomplete_sets(const WatchRules& rules, ServiceView& view);
    void hold_what_was_refused(const std::string& service, ServiceView& view) const;
    static void hold(const WatchDefinition* watch, const WatchRules& rules, ServiceView& view);
    Task<> settle_quietly(TransactionInput input, Plan plan, std::set<std::string> scope);
    [[nodiscard]] bool hold_emptied(const std::string& service);
    void uninterrupted(const std::string& service);
    void tell_files(const Plan& plan);
    void report(const Outcome& outcome);
    void report_what_is_done(Outcome outcome);
    void note_changes(const ServiceOutcome& outcome);
    bool note_waiting(const Outcome& outcome);

    // project_pause.cpp
    void note_held();
    void end_pauses();
    void arm_end_of_pauses();
    void end_pause(const std::string& name);
    void go_on(const std::set<std::string>& before, const std::string& what, CallerUid caller);
    [[nodiscard]] std::set<std::string> paused_services() const;
    [[nodiscard]] Pause pause_of(const std::string& service) const;

    // project_generations.cpp
    void note_event(const std::string& service, EventRecord event);
    void note_events(const Outcome& outcome);
    void remember(const std::string& service, const ServiceRecord& record);
    void load_history_contents();
    std::vector<Change> changes_between(const GenerationRecord& older,
                                        const GenerationRecord& newer);
    void add_lines(std::vector<Change>& changes, const GenerationRecord& older,
                   const GenerationRecord& newer) const;
    [[nodiscard]] Result<GenerationRecord> find_generation(const std::string& service,
                                                           std::uint64_t generation) const;
    using Goals = std::map<std::string, GenerationRecord>; // of a rollback, by service
    [[nodiscard]] Result<Goals> find_goals(const Request& request) const;
    Result<> prepare_rollback(Request& request);
    Result<std::unique_ptr<Restoration>> plan_restoration(const Goals& goals);
    Result<> plan_restoration(const std::string& service, const GenerationRecord& goal,
                              Restoration& restoration);
    [[nodiscard]] bool is_new_since(const std::string& service, const GenerationRecord& goal,
                                    const std::string& path) const;
    Result<> aim_back(const std::string& service, const GenerationRecord& goal, ServiceView& view);

    // project_drain.cpp
    void drain(const std::string& service);
    Task<> drain_one(std::string service, Draining draining);
    [[nodiscard]] std::set<std::string> full_drains() const;

    // project_documents.cpp
    void compare_documents(ServiceView& view, const WatchRules& rules);
    void keep_contents(const ServiceRecord& record, const ServiceRecord* before);
    void keep_first_contents(const std::string& service);
    void copy_on();
    void tell_copied();
    [[nodiscard]] bool in_use(const ContentId& id) const;
    struct HeldValue {
        std::shared_ptr<const Value> value;
        ContentId id; // of the content that it is read from
    };
    [[nodiscard]] ConfigChange document_change(const std::string& name, std::vector<KeyStep> keys,
                                               const HeldValue& before,
                                               const HeldValue& after) const;
    void tell_documents(std::uint64_t id, const ServiceOutcome& outcome);

    // project_configs.cpp
    void publish_configs();
    void look_at_configs();
    void look_at_config(const std::string& name, Rescan rescan);
    [[nodiscard]] Watched watch_config(const ConfigDefinition& definition);
    void take_what_is_there(Published& config, Rescan rescan);
    void take_config(Published& config, ContentId now);
    void tell_config(Published& config, ConfigStatus status);

    [[nodiscard]] std::string watching_text(const Slot& slot) const;
    [[nodiscard]] bool paused(const std::string& service) const;
    void save();
    void save(const std::string& service);
    void save_history(const std::string& service, std::vector<GenerationRecord> generations);
    void note_saved(const std::string& what, const Result<>& saved);
    void tell_saved(const Result<>& saved);
    void save_again();
    void save_soon();
    void tell(const std::string& service);
    void tell_project();
    [[nodiscard]] std::set<std::string> scope_of(const Request& request) const;
    [[nodiscard]] std::set<std::string> asked_for(const Request& request) const;
    [[nodiscard]] const ServiceDefinition* wanted(const std::string& service) const;

    Ports around_;
    ProjectRecord record_;
    ProjectDefinition definition_;     // the last valid one
    std::vector<Problem> problems_;    // of the project file as it is now
    std::vector<Problem> broken_;      // records that could not be read
    std::optional<Problem> set_aside_; // why nothing is done for it
    std::string stamp_;                // of the project file when it was read
    bool followed_ = false;            // the units on record are
    bool missing_ = false;             // the project file is not there
    std::string store_problem_;        // why the record on disk is behind
    std::string copies_problem_;       // of the documents', as it was told last
    std::set<std::string> unsaved_;    // of which services it is; "": of the project itself
    std::map<std::string, std::vector<GenerationRecord>> unsaved_histories_;
    std::unique_ptr<Alarm> again_;
    std::unique_ptr<Alarm> rested_;
    std::unique_ptr<Alarm> pauses_end_;
    std::unique_ptr<WatchedFiles> sources_;
    std::vector<std::string> read_sources_; // env_files that the project file named last
    std::vector<std::string> watched_sources_;
    std::pair<Duration, Duration> sources_debounce_;
    std::unique_ptr<Documents> documents_;
    std::map<std::string, Slot> slots_;
    std::map<std::string, Published> configs_;
    std::map<std::string, std::set<ContentId>> history_contents_; // by service
    std::multiset<std::string> busy_;                             // once for each that works at it
    std::vector<std::function<void()>> settled_;                  // who waits for settled()
    std::deque<Request> requests_;
    bool opened_ = false;
    bool gone_ = false;
    std::string trigger_ = "start"; // of what a look finds: "start" the first time, then "file"
    bool pump_posted_ = false;
    bool copying_ = false;                                       // a post goes on with it
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true); // for what is posted
    TaskScope tasks_;
};

} // namespace hotreload::project
