// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Looks are how a project sees its services: what is wanted, on disk, on record and running, and
// what of that does not count for now.

#include "base/task.hpp"
#include "core/handed_files.hpp"
#include "core/kind.hpp"
#include "project/attached_units.hpp"
#include "project/contents.hpp"
#include "project/member.hpp"
#include "project/project_file.hpp"
#include "project/request.hpp"
#include "project/write_loops.hpp"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>

namespace hotreload::project {

class Looks {
public:
    struct Sees {
        Files& files;
        const Units& units;
        Ledger& ledger;
        const ProjectFile& file;
        const AttachedUnits& attached;
        const WriteLoops& loops;
        Contents& contents;
        const Kinds& kinds;
    };

    explicit Looks(Sees sees) : sees_(sees) {}
    Looks(const Looks&) = delete;
    Looks& operator=(const Looks&) = delete;

    // The services, watched. `on_settled` is called with a service whose files have settled, with
    // one that has settled with nothing new, and with one that is watched better or worse.
    struct On {
        std::function<void(const std::string&)> settled;
        std::function<void(const std::string&)> quiet;
        std::function<void(const std::string&)> state;
    };
    // Watches the service's files as the project file says now. Answers whether that is another
    // way.
    bool arm(const std::string& service, const On& on);
    void forget(const std::string& service);
    void unwatch_all();
    [[nodiscard]] Member& member(const std::string& service) { return members_.at(service); }
    // nullptr: never armed.
    [[nodiscard]] const Member* find(const std::string& service) const;
    [[nodiscard]] Member* find(const std::string& service);

    // The service was cut short, by a death of the daemon or by a reboot: it is started again as it
    // was applied.
    void interrupted(const std::string& service) { interrupted_.insert(service); }
    void uninterrupted(const std::string& service) { interrupted_.erase(service); }
    [[nodiscard]] bool is_interrupted(const std::string& service) const {
        return interrupted_.contains(service);
    }

    // All that is known of the services now, as the beginning of a transaction. It takes the time
    // that their documents take.
    // `handed`: contents that count in place of those on disk; nullptr: none.
    using Handed = std::shared_ptr<const HandedFiles>;
    Task<PlanInput> see(Names services, PlanOptions options, Rescan rescan, Handed handed = {});
    // Sees what we have written ourselves, so that it is no news afterwards.
    Task<> look_again(Names services);
    // The same of the files that `rules` watch, in place of those that are wanted: for the view of
    // a service that goes back to an older definition.
    Task<Result<>> see_as(std::shared_ptr<const MemberRules> rules, MemberView& view);

    // The input that a transaction would begin with by the project file as it is on disk now.
    // Nothing is begun: neither the definition in force nor what is watched moves. `services`:
    // nullopt, all of them.
    struct Draft {
        PlanInput input;
        ProjectDefinition definition;
    };
    // The project is asked when the task is started, and may be gone at its end.
    Task<Result<Draft>> draft(std::optional<Names> services, PlanOptions options);

    // The changes from one kept state of a service to another; likewise.
    Task<std::vector<Change>> changes_between(GenerationRecord older, GenerationRecord newer);

    // Reads the files that are on disk by the rules now; nothing is watched by it. Errors: Invalid,
    // for a pattern. The project may be gone at its end.
    [[nodiscard]] Task<Result<Snapshot>> read_once(const std::shared_ptr<const MemberRules>& rules);

    // The links of what is wanted, and of what is on record and not wanted any more.
    [[nodiscard]] const LinkGraph& links() const;
    // The links may be others now.
    void relink() { links_.reset(); }

private:
    [[nodiscard]] Files::OnRead note_documents(std::shared_ptr<const MemberRules> rules);
    // `once`: what is on disk, for a member that is not watched.
    Snapshot look(const std::string& service, Rescan rescan, std::optional<Snapshot> once);
    [[nodiscard]] MemberView view(const std::string& service, Snapshot files) const;
    void leave_old_kind(MemberView& view) const;
    void see_unit(const std::string& service, MemberView& view) const;
    void lay_over(const std::string& service, const HandedFiles& handed, MemberView& view);
    void leave_out_suspended(const std::string& service, MemberView& view) const;
    void hold_what_was_refused(const std::string& service, MemberView& view) const;

    Sees sees_;
    std::map<std::string, Member> members_;
    Names interrupted_;
    mutable std::optional<LinkGraph> links_; // made when somebody asks
};

} // namespace hotreload::project
