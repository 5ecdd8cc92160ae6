// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Member is the watched files of one member: the rules by which they are understood, what was seen
// of them at the last look, and what of that may have been something else when the member read it.

#include "base/task.hpp"
#include "core/files_port.hpp"
#include "core/watch_rules.hpp"
#include "project/told_files.hpp"

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace hotreload::project {

// The watches of a definition, with their patterns parsed.
struct MemberRules {
    explicit MemberRules(Shared<MemberDefinition> from)
        : definition(std::move(from)), rules(*definition) {}
    MemberRules(const MemberRules&) = delete;
    MemberRules& operator=(const MemberRules&) = delete;

    // The watches, and the schemas of them.
    [[nodiscard]] std::vector<WatchDefinition> watches() const;

    Shared<MemberDefinition> definition;
    WatchRules rules;
};

// The watch of a watch's schema.
WatchDefinition schema_watch(const WatchDefinition& of);

class Member {
public:
    // Watched from now on by these rules, unless it is so already. Answers whether anything is
    // new. Errors of the watch are kept: unwatchable().
    bool arm(Files& files, const Shared<MemberDefinition>& definition, Files::OnSettled on_settled,
             const std::function<Files::OnRead(std::shared_ptr<const MemberRules>)>& on_read);
    // The member is not watched any more; the rules of this definition are known.
    void disarm(const Shared<MemberDefinition>& definition);
    // The member is not watched any more, and its rules stay.
    void unwatch() { files_.reset(); }

    // nullptr: never armed.
    [[nodiscard]] const std::shared_ptr<const MemberRules>& rules() const { return rules_; }
    // nullptr: not watched.
    [[nodiscard]] WatchedFiles* files() const { return files_.get(); }
    // Why its files cannot be watched: a definition on record of another grammar. "" when they can.
    [[nodiscard]] const std::string& unwatchable() const { return unwatchable_; }

    // The slowest of its watches.
    [[nodiscard]] Duration debounce_max() const;
    [[nodiscard]] bool unsettled() const { return files_ && files_->unsettled(); }

    // Every directory and file is read at the next look.
    void read_all_next() {
        fresh_ = true;
        ahead_ = false;
    }
    [[nodiscard]] bool was_read() const { return files_ && !fresh_; }

    // Reads what has to be read, in slices. The member may be gone at its end.
    [[nodiscard]] Task<> look_ahead(Rescan rescan);
    // Looks at the files: what is on disk now. Answers true when it read them for the first time.
    bool look(Rescan rescan);
    // Takes what was read of a member that is not watched.
    void take(Snapshot seen);
    [[nodiscard]] const Snapshot& seen() const { return seen_; }
    // What of the plan, which was made of the last look, is to be told of its files.
    [[nodiscard]] std::vector<SettledFile> news(const MemberPlan& plan) {
        return told_.news(plan, seen_, renamed_);
    }
    // The transaction with which they were told came to nothing: the next one tells them, too.
    void tell_anew() { told_ = {}; }

    // Something else is on disk than was seen at the last look. Of a document it is not known
    // whether it means something else: that is compared when nobody works at the member.
    [[nodiscard]] bool moved_on() const;
    // The same, whatever it means; a file that somebody has begun to write is another one, too.
    [[nodiscard]] bool differs() const;

    // A file that was written while the member was made to read it, or that has gone since, may
    // have been something else then, though it may be again what it was before: it is not sure to
    // be applied. Takes such files out of `applied`, so that the next look that sees them finds
    // them new, and answers how many. One that stays away stays there until then, for that it was
    // deleted is a change, too.
    std::size_t doubt(std::map<std::string, ContentId>& applied);
    // The same for files that were gone when the member had been made to read them, and are there
    // again.
    std::size_t doubt_what_came_back(std::map<std::string, ContentId>& applied);

    // The time when its files changed last, as far as that is known (CLOCK_MONOTONIC).
    [[nodiscard]] Duration changed_at() const {
        return files_ ? files_->changed_at() : Duration::zero();
    }

    // A file that held something when it was applied and holds nothing now may be about to be
    // written anew, or never was meant so (an editor that crashed, a full disk): it is acted on
    // when it has been so for as long as a burst may last. Answers until when it waits; nullopt: it
    // does not.
    std::optional<Duration> wait_for_emptied(const std::map<std::string, ContentId>& applied,
                                             Duration now);

private:
    std::shared_ptr<const MemberRules> rules_;
    std::unique_ptr<WatchedFiles> files_; // made of the rules
    std::string unwatchable_;
    bool fresh_ = true;  // files_ was never read
    bool ahead_ = false; // the next look was made ahead, but for what has happened since
    Snapshot seen_;
    std::uint64_t mark_ = 0;                     // of files_, when it was seen
    std::map<std::string, std::string> renamed_; // by the last look: from the new path to the old
    ToldFiles told_;
    std::set<std::string> gone_; // on record as applied, but gone after it had been applied
    std::map<std::string, Duration> emptied_; // files that lost all they held: seen when
};

} // namespace hotreload::project
