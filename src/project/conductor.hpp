// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Conductor leads a batch of work from its look to its report: what is seen, what is planned, a
// transaction for each group of services that stand and fall together, and what it came to.

#include "base/clock.hpp"
#include "base/task.hpp"
#include "core/deaths_port.hpp"
#include "core/events.hpp"
#include "core/kind.hpp"
#include "core/project_reader.hpp"
#include "core/transaction.hpp"
#include "core/units_port.hpp"
#include "project/agenda.hpp"
#include "project/candidate_commit.hpp"
#include "project/candidates.hpp"
#include "project/contents.hpp"
#include "project/delivery.hpp"
#include "project/histories.hpp"
#include "project/ledger.hpp"
#include "project/looks.hpp"
#include "project/project_file.hpp"
#include "project/request.hpp"
#include "project/rollback.hpp"
#include "project/tally.hpp"
#include "project/write_loops.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace hotreload::project {

// Why a request is turned away when the daemon ends.
Problem is_ending(const std::string& path);

class Conductor final : TransactionHost, StepHost, CandidateCommit::Host {
public:
    struct Sees {
        Clock& clock;
        const ProjectReader& reader;
        Events& events;
        std::function<ReloadId()> new_id;
        const KindPorts& kind_ports;
        const Units& units;
        Agenda& agenda;
        Ledger& ledger;
        const ProjectFile& file;
        Looks& looks;
        WriteLoops& loops;
        Contents& contents;
        Histories& histories;
        Rollback& rollback;
        Candidates& candidates;
        Delivery::Sees delivery;
        Tally& tally;
        Deaths& deaths;
    };
    // Events that others have to follow up.
    struct On {
        // The service's record is another one, or it has none any more.
        std::function<void(const std::string&)> commit;
        // The service's status may be another one.
        std::function<void(const std::string&)> change;
        // Something has ended: others may begin.
        std::function<void()> end;
        // The project went down.
        std::function<void()> gone;
        // The disk is read for what is published; ends when that is as it is there.
        std::function<Task<>()> look_at_configs;
        // The same of what these services were seen to have.
        std::function<Task<>(const Names&)> publish;
    };

    Conductor(Sees sees, On on);
    ~Conductor() override;
    Conductor(const Conductor&) = delete;
    Conductor& operator=(const Conductor&) = delete;

    // These functions take services that are at work in the agenda, and tell it when that ends.
    void look(Names batch, Trigger trigger);
    // `asked`: what of the scope somebody asked for; the rest is drawn in by links.
    void perform(Request request, Names scope, Names asked);
    // Ends when every look that was begun knows what is there.
    Task<> seen();
    // Finds out what would be done now if it were not for a pause.
    void look_what_is_held(std::string service);

    // A candidate on record that cannot be gone on with: what it has written is put back.
    void take_back(Request request, Problem problem);

    // Answers the request without anything being done.
    void refuse(Request request, Problem problem);
    void answer(Request request, Outcome outcome);
    [[nodiscard]] bool is_told(const Request& request, const Outcome& outcome) const;

    // Gives up checks of the service that are under way: something else is wanted of it.
    void supersede(const std::string& service);
    // The same of a look alone: it does not count any more, and its members are due again.
    void give_up_look(const std::string& service);
    // The service's files have changed again: a proof is not waited for where it is only for want
    // of something better, or of what would be undone anyhow.
    void hurry(const std::string& service);
    // Begins nothing new, and gives up what is only checked. Actions are finished or put back.
    void wind_up();

private:
    // A transaction that is under way at a service.
    struct Run {
        Interruptions interruptions;
        std::optional<Trigger> trigger;
        AskedBy caller;
    };

    void started(const ReloadId& id, const Plan& plan) override;
    void acting(const ReloadId& id, const MemberPlan& plan) override;
    void commit(const std::string& service, std::optional<MemberRecord> record) override;
    [[nodiscard]] std::optional<std::string> content(const ContentId& id) const override;
    [[nodiscard]] Problem problem_at(const std::string& key, std::string message) const override;
    [[nodiscard]] Task<std::optional<Problem>> distrusted(const MemberDefinition& service,
                                                          bool starts) const override;
    [[nodiscard]] Task<bool> moved_on(std::string member) override;
    [[nodiscard]] std::uint64_t realtime_usec() const override;
    Task<std::optional<PlanInput>> see(Names batch, PlanOptions options, Rescan how,
                                       Looks::Handed handed) override;
    Task<std::optional<std::vector<Verdict>>> check_all(Names services,
                                                        std::vector<Task<Verdict>> checks) override;
    Task<std::optional<Problem>> aim(const Request& request, const Names& asked,
                                     PlanInput& input) override;
    CandidateCommit::Begun begin(const Request& request, PlanInput input) override;
    [[nodiscard]] std::optional<Problem> ending(const ReloadId& candidate) const override;

    Task<> look_and_work(Names batch, Trigger trigger);
    Task<> reload(Request request, Names scope, Names asked);
    Task<> apply(Request request, Names scope, Names asked);
    Task<> take_back_files(Request request, Problem problem);
    Task<> stop(Request request, Names scope);
    Task<> see_what_is_held(std::string service);
    // The one that a transaction is for, as it is told of that.
    struct For {
        ReloadId id;
        std::optional<Trigger> trigger;
        AskedBy caller;
    };
    [[nodiscard]] Transaction transaction(For whom, PlanInput input, Plan plan);
    Task<> work(For whom, PlanInput input, Plan plan, Names scope, Names asked,
                std::optional<Request> request);
    Task<> carry_out(Transaction begun, ComparedServices compared, Names scope, Names asked,
                     std::optional<Request> request, Delivery* delivery);
    // What these services are about to be given is published.
    Task<bool> publish(Names services);
    Task<> settle_quietly(PlanInput input, Plan plan, Names scope);

    [[nodiscard]] bool overtaken(const Names& batch);
    // Services to which nothing is done.
    struct Quiet {
        PlanInput input;
        Plan plan;
        Names scope;
    };
    std::optional<Quiet> act(PlanInput input, Names batch, Trigger trigger);
    Names leave_alone(const Plan& plan, const Names& due);
    void begin_run(const Names& scope, const Transaction& transaction);
    void end_run(const Names& scope);
    void request_soon(std::shared_ptr<Cancellation> cancellation);
    Task<Member*> read_ahead(std::string service);
    Task<> doubt(std::string service);
    void uninterrupted(const std::string& service);
    void note(const Outcome& outcome);
    void note_wanted(const Outcome& outcome, const Names& asked);
    void note_outdated(const Outcome& outcome);
    void tell_files(const ReloadId& id, const Plan& plan);
    static ComparedServices compared_in(const PlanInput& input);
    void tell_documents(const ReloadId& id, const MemberOutcome& outcome, const Compared& compared);
    void report(const Outcome& outcome, const ComparedServices& compared);
    void report_what_is_done(Outcome outcome, const ComparedServices& compared);

    Sees sees_;
    On on_;
    CandidateCommit commit_;
    std::map<std::string, Run> runs_; // by service
    bool winding_up_ = false;
    // Cancellations of the looks that are under way, by service.
    std::map<std::string, std::shared_ptr<Cancellation>> looking_;
    std::map<std::string, unsigned> overtaken_;  // looks in a row that did not count, by service
    std::map<std::string, unsigned> moved_on_;   // checks in a row that did not count, by service
    std::size_t seeing_ = 0;                     // looks that do not know yet what is there
    std::vector<std::function<void()>> waiting_; // who waits for seen()
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
    TaskScope tasks_;
};

} // namespace hotreload::project
