// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Project is a project while the daemon knows it: the parts of it, put together. Every trigger (a
// file has settled, a call, a transaction has ended, the daemon's start) only says so, and posts a
// turn: pump() takes up what has settled, begins what was asked for, and looks at what is due.

#include "base/task.hpp"
#include "core/cancellation.hpp"
#include "core/status.hpp"
#include "project/adoption.hpp"
#include "project/agenda.hpp"
#include "project/attached_units.hpp"
#include "project/candidates.hpp"
#include "project/conductor.hpp"
#include "project/configs.hpp"
#include "project/contents.hpp"
#include "project/drains.hpp"
#include "project/histories.hpp"
#include "project/ledger.hpp"
#include "project/looks.hpp"
#include "project/pauses.hpp"
#include "project/ports.hpp"
#include "project/project_file.hpp"
#include "project/request.hpp"
#include "project/rollback.hpp"
#include "project/statuses.hpp"
#include "project/tally.hpp"
#include "project/write_loops.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace hotreload::project {

class Project {
public:
    // `broken` of its records could not be read: told until somebody asks for a reload.
    Project(Ports ports, ProjectRecord record, std::vector<Problem> broken = {});
    ~Project();
    Project(const Project&) = delete;
    Project& operator=(const Project&) = delete;

    // Adopts what runs, reads the project file, arms the watches, and looks at everything once.
    // Work that has ended the daemon twice, or cannot be done, is not tried: then nothing is done
    // for the project, and what runs runs on, until its file changes or somebody asks.
    Task<> open();

    // Goes to work as soon as nobody works at the services concerned; `done` is called at the end.
    void submit(Request request);
    Task<Outcome> perform(Request request);

    // The input that a transaction of `submit` would begin with, without anything being begun: a
    // look at the project file and the disk as they are now.
    Task<Result<Looks::Draft>> draft(std::optional<Names> services, PlanOptions options) {
        return looks_.draft(std::move(services), options);
    }

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

    [[nodiscard]] const std::string& name() const { return ledger_.name(); }
    [[nodiscard]] const std::string& path() const { return ledger_.record().path; }
    [[nodiscard]] bool has_service(const std::string& service) const {
        return agenda_.has(service);
    }
    [[nodiscard]] ProjectStatus status() const { return statuses_.project(set_aside_, broken_); }
    [[nodiscard]] ServiceStatus service_status(const std::string& service) const {
        return statuses_.service(service);
    }
    [[nodiscard]] std::vector<std::string> service_names() const {
        return {agenda_.members().begin(), agenda_.members().end()};
    }
    [[nodiscard]] std::vector<ConfigStatus> config_statuses() const { return configs_.statuses(); }
    // Whom the definition in force gives rights to: users and "@groups". Nobody may read a document
    // that there is not.
    [[nodiscard]] std::vector<std::string> operators() const {
        return file_.definition().operators;
    }
    [[nodiscard]] std::vector<std::string> readers(const std::string& config) const;

    // The parts of the project that a path concerns: its watches, its schemas, the project file's
    // sources.
    [[nodiscard]] std::vector<WatchExplanation> explain(const std::string& path) const;

    // Changes are held back until resume, which applies the newest once, or until the time is over.
    void pause(const std::optional<std::string>& service, const PauseRequest& request);
    // Ends a pause; watches that were suspended are in force again, too.
    void resume(const std::optional<std::string>& service, AskedBy caller);

    // `rollback` can be asked for. Errors: NotFound, when there is no such generation, or none
    // before.
    [[nodiscard]] Result<> can_roll_back(const std::optional<std::string>& service,
                                         const Request::Rollback& rollback) const {
        return rollback_.can_be_asked(service, rollback);
    }
    [[nodiscard]] Histories& histories() { return histories_; }

    // Contents for these paths can be handed over now, to the service or to any of the project's.
    // Errors: Invalid, with the path; Busy, when a service waits for something to be confirmed.
    [[nodiscard]] Result<> can_apply(const std::optional<std::string>& service,
                                     const HandedFiles& files) const;
    // What waits for it is in force for good. Errors: NotFound; Busy, when it is too late.
    Result<> confirm(const std::optional<std::string>& service, AskedBy caller);
    Result<> confirm(const ReloadId& id, AskedBy caller);

    // The project went down: nothing is begun any more, and whoever asks for something is turned
    // away.
    [[nodiscard]] bool gone() const { return gone_; }

    // Ends when nothing is due and nobody works at anything.
    Task<> settled();

    // Begins nothing new. Ends when what is under way is finished or put back.
    Task<> wind_up();

private:
    Task<> take_up();
    Task<> remove_orphans(std::string service, std::vector<std::string> units);
    void begin_work();
    Task<> set_aside(Problem why);
    void retry();
    [[nodiscard]] Work all_work() const;

    void pump();
    void pump_soon();
    std::optional<bool> take_up_what_settled();
    void begin_requests(const Agenda::Situation& situation, std::optional<bool> valid);
    void look(const Agenda::Situation& situation);
    void note_held();
    void rest_until_next_turn();
    void close();
    [[nodiscard]] Agenda::Situation situation() const;
    [[nodiscard]] bool counts(const std::string& service) const;
    void tell_settled();

    [[nodiscard]] bool waits_for_file(const Request& request, std::optional<bool>& valid);
    [[nodiscard]] std::optional<Names> admit(Request& request, std::optional<bool> valid);
    [[nodiscard]] Names scope_of(const Request& request) const;
    [[nodiscard]] Names asked_for(const Request& request) const;
    void turn_away(Request request);
    [[nodiscard]] Names watchers_of(const std::string& path) const;
    void resume_candidates();
    [[nodiscard]] Request request_of(const Candidate& candidate) const;
    void put_back_overdue();
    void not_put_back(const ReloadId& id, const std::string& why);
    Result<> tell_confirmed(Result<std::vector<Candidate>> confirmed, AskedBy caller);

    std::optional<bool> read_project_file();
    Task<> read_when_known();
    void accept(const ProjectDefinition& before);
    void arm(const std::string& service);
    Task<> publish_for(Names services);

    void forget_services();
    void forget_service(const std::string& service);
    void committed(const std::string& service);
    void hold_units(const std::string& service);
    Task<> get_to_know(std::string service, std::string unit, bool is_new);
    void look_who_is_barred(const std::string& service);
    void look_at_what_was_started(const std::string& service);

    [[nodiscard]] Names paused_services() const;
    void end_pauses();
    void go_on(const Names& before, const std::string& what, AskedBy caller);

    void tell(const std::string& service);
    void tell_project();

    Ports ports_;
    Ledger ledger_;
    ProjectFile file_;
    Contents contents_;
    AttachedUnits attached_;
    WriteLoops loops_;
    Looks looks_;
    Agenda agenda_;
    Pauses pauses_;
    Tally tally_;
    Histories histories_;
    Rollback rollback_;
    Candidates candidates_;
    Configs configs_;
    Statuses statuses_;
    Adoption adoption_;

    std::vector<Problem> broken_;      // records that could not be read
    std::optional<Problem> set_aside_; // why nothing is done for it
    bool opened_ = false;
    bool gone_ = false;
    bool winding_up_ = false;
    Trigger trigger_ = Trigger::Start; // of what a look finds; File after the first one

    bool pump_posted_ = false;
    bool file_settled_ = false; // the project file, or one that it names
    bool file_waits_ = false;   // its last reading, for accounts that it names
    Names settled_services_;    // since the last turn
    Names leaving_; // members that are not wanted, and nothing may be on record of any more
    std::vector<std::function<void()>> waiting_; // who waits for settled()
    std::vector<std::function<void()>> ending_;  // who waits for wind_up()
    std::unique_ptr<Alarm> rested_;
    std::unique_ptr<Alarm> read_again_; // the project file, while it is refused
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true); // for what is posted
    Drains drains_;
    Conductor conductor_;
    Cancellation removal_; // of orphans
    TaskScope tasks_;
};

} // namespace hotreload::project
