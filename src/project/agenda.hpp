// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Agenda says who may go now. It knows the members of a project, which of them are due to be looked
// at, which are at work, and what was asked for; from that it tells what begins next. Pure: the
// time and all else that counts are arguments.
//
// The rules: never two works at one member; a member waits for the end of what it depends on;
// requests go in the order in which they came, and before files; members that links connect are
// looked at together, so that one save of several files is one look.

#include "base/duration.hpp"
#include "core/links.hpp"
#include "project/barriers.hpp"
#include "project/request.hpp"

#include <algorithm>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace hotreload::project {

class Agenda {
public:
    // The project as it is now, as far as the agenda has to be told of it.
    struct Situation {
        // The links of what is wanted, and of what is on record and not wanted any more.
        std::function<const LinkGraph&()> links;
        Duration now{}; // CLOCK_MONOTONIC
        std::function<bool(const std::string&)> paused;
        // The member's files can be watched: it is looked at by itself.
        std::function<bool(const std::string&)> watchable;
        // The member's files are moving: something has happened to them that was not looked at yet.
        std::function<bool(const std::string&)> unsettled;
        // The time that others wait at most for its files to settle: its debounce_max.
        std::function<Duration(const std::string&)> patience;
        // Members of which no further generation may begin to drain.
        Names full;
        // Members that were left alone because of another one, with that one.
        const std::map<std::string, std::string>& held_back;
    };

    // A member that is new is due.
    void add(const std::string& member);
    void remove(const std::string& member);
    [[nodiscard]] bool has(const std::string& member) const { return members_.contains(member); }
    [[nodiscard]] const Names& members() const { return members_; }

    void due(const std::string& member);
    // The member is not to be looked at any more, whatever was due.
    void not_due(const std::string& member);
    [[nodiscard]] bool is_due(const std::string& member) const { return due_.contains(member); }
    [[nodiscard]] const Names& due_members() const { return due_; }
    // The member's files have settled: it is due, and whatever it rested for is over.
    void settled(const std::string& member);
    // The member is due, but not by itself before `until`.
    void hold(const std::string& member, Duration until);

    void submit(Request request) { requests_.push_back(std::move(request)); }
    // A request that has begun and gave way, as a stop did not wait for it: it comes after that,
    // and starts nothing of what was stopped since it was asked for.
    void submit_again(Request request);

    struct Begun {
        Request request;
        Names scope;
    };
    struct Turn {
        std::vector<Begun> begin; // at work from now on, until ended()
        Names in_the_way;         // of what shall stop, and waits for them
    };
    // `scope_of` answers which members a request is about; nothing: it was answered already.
    using ScopeOf = std::function<std::optional<Names>(Request&)>;
    [[nodiscard]] Turn take_requests(const Situation& situation, const ScopeOf& scope_of);

    // The members that are looked at now, each set by itself: at work until ended(). After
    // take_requests() of the same turn: what waiting requests are about is left to them.
    [[nodiscard]] std::vector<Names> take_due(const Situation& situation);

    // Work that is no look and no request: it keeps the members as these do.
    void began(const Names& scope);
    enum class End {
        Done,
        MovedOn, // the files were not any more what was looked at, and may be so for long, for
                 // somebody has them open: the members rest, each time for longer
        Aside,   // it had nothing to do with files
    };
    void ended(const Names& scope, End end, Duration now);
    [[nodiscard]] bool busy(const std::string& member) const { return at_work_.contains(member); }
    // Somebody is at work at some member.
    [[nodiscard]] bool any_busy() const { return !at_work_.empty(); }

    // The time until a turn finds something that none finds now; kInfinity: until something
    // happens. As of the last take_due().
    [[nodiscard]] Duration next_wake(Duration now) const;

    // Nothing is asked for, due, or at work. `counts`: a member that is due matters.
    [[nodiscard]] bool idle(const std::function<bool(const std::string&)>& counts,
                            Duration now) const;

    // Begins nothing any more, and answers the requests that waited.
    [[nodiscard]] std::deque<Request> close() { return std::exchange(requests_, {}); }

private:
    // Why a member that is due is not looked at yet.
    struct Kept {
        Duration rest{};        // the last one
        Duration rests_until{}; // as its files had moved on
        Duration held_until{};

        [[nodiscard]] Duration until() const { return std::max(rests_until, held_until); }
    };

    [[nodiscard]] bool kept(const std::string& member, Duration now) const;
    [[nodiscard]] bool rests(const std::string& member, Duration now) const;
    [[nodiscard]] bool taken(const std::string& member, const Situation& situation) const;
    [[nodiscard]] Names candidates(const Situation& situation, Barriers& barriers) const;
    bool waits_for_others(const Names& batch, const Names& connected, const Situation& situation);

    // The cost of a turn does not grow with the members: each of these but the first has only those
    // of which there is something to say.
    Names members_;
    Names due_;
    std::map<std::string, Kept> kept_;
    std::map<std::string, Duration> waiting_; // for others that links connect it with: since when
    std::map<std::string, unsigned> at_work_; // how many work at a member, which may have left
    std::deque<Request> requests_;
    Names reserved_;               // of requests that wait, in this turn
    Names stopping_;               // of those among them that are to stop
    Duration wake_at_ = kInfinity; // for members that wait for others
};

} // namespace hotreload::project
