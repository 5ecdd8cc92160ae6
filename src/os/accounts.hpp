// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Users and groups. The rules of os/trust.hpp ask by a port; SystemAccounts asks the machine.

#include "base/clock.hpp"
#include "base/completion.hpp"
#include "base/task.hpp"
#include "os/name_service.hpp"

#include <sys/types.h>

#include <chrono>
#include <expected>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace hotreload::os {

// A port. nullopt: it is not known (yet).
class Accounts {
public:
    virtual ~Accounts() = default;

    // The group is the user's primary one or another of the user's. Nobody without an account is in
    // any.
    virtual std::optional<bool> member(uid_t user, gid_t group) = 0;

    // Nobody is in the group but root, and the user: it is root's own, the user's own (of that
    // name, without other members), or one of the system's without members.
    virtual std::optional<bool> private_group(gid_t group, uid_t user) = 0;

    // The user's name for people; the number where there is none, or none is known.
    virtual std::string user_name(uid_t user) = 0;
    virtual std::string group_name(gid_t group) = 0;
};

// Asks the name services for others, beside them.
class LookUps {
public:
    virtual ~LookUps() = default;

    // SystemAccounts::answered() is called some time, never from within this.
    virtual void ask(const AccountQuestion& question) = 0;
};

// Inquiry is what one piece of work, such as reading a file, wants to know of accounts. It is told
// the same each time that it asks.
class Inquiry {
public:
    // What was known once and is being asked for again.
    enum class Outdated { Counts, IsUnknown };

    explicit Inquiry(Outdated outdated = Outdated::Counts) : outdated_(outdated) {}

    // All that it asked was known, or could not be found out in time. Else what came of the work
    // counts for nothing: SystemAccounts::learn(), and then once more.
    [[nodiscard]] bool complete() const { return missed_.empty(); }

private:
    friend class SystemAccounts;
    using Answer = std::optional<Account>;

    Outdated outdated_;
    std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
    std::set<AccountQuestion> missed_;                      // in the last turn
    std::map<AccountQuestion, std::optional<Answer>> told_; // no answer: given up
};

// SystemAccounts remembers for a minute what it found: a look-up may have to ask a server. What
// files of the machine tell is found at once. With LookUps nothing here waits: the rest is looked
// up beside whoever asks, who is told meanwhile what was known before, or that it is not known yet.
class SystemAccounts final : public Accounts {
public:
    // Look-ups that take longer are given up by who waits for them; they go on.
    static constexpr Duration kLimit = std::chrono::seconds(5);

    // `etc` is the directory of the machine's own passwd and group.
    explicit SystemAccounts(std::string etc = "/etc") : etc_(std::move(etc)) {}
    SystemAccounts(const SystemAccounts&) = delete;
    SystemAccounts& operator=(const SystemAccounts&) = delete;

    // Both have to be there until stop_looking_up(), from when on whoever asks waits again.
    void look_up_with(LookUps& look_ups, Clock& clock);
    void stop_looking_up();
    // The answer to a question of look_ups; nullopt: there is no such account.
    void answered(const AccountQuestion& question, std::optional<Account> answer);

    // Something that somebody was told not to be known is known now, or is not as it was told.
    std::function<void()> on_learned;

    enum class Unfound { Absent, Unknown };
    using Found = std::expected<Account, Unfound>;
    Found user(const std::string& name_or_number);
    // The number of an account, or a number as it is: systemd needs no account for one.
    std::expected<uid_t, Unfound> user_id(const std::string& name_or_number);
    std::expected<gid_t, Unfound> group_id(const std::string& name_or_number);

    // The user's groups are going to be asked for: they are looked up, and nobody waits.
    void foresee_groups(uid_t user);

    std::optional<bool> member(uid_t user, gid_t group) override;
    std::optional<bool> private_group(gid_t group, uid_t user) override;
    std::string user_name(uid_t user) override;
    std::string group_name(gid_t group) override;

    // Asking is another turn of an inquiry: what is asked within its life is the inquiry's. One at
    // a time. An inquiry that somebody has left unfinished for long begins anew.
    class Asking {
    public:
        Asking(SystemAccounts& accounts, Inquiry& inquiry);
        ~Asking();
        Asking(const Asking&) = delete;
        Asking& operator=(const Asking&) = delete;

    private:
        SystemAccounts& accounts_;
    };

    // Ends when all that the inquiry missed is known, or kLimit after it was asked for, by
    // whomever. The inquiry outlives the task.
    Task<> learn(Inquiry& inquiry);

private:
    using Answer = Inquiry::Answer;
    using Wall = std::chrono::steady_clock;
    template <class T>
    struct Known {
        T value;
        Duration until; // as now()
    };
    template <class Key, class T>
    using Memory = std::map<Key, Known<T>>;
    class Waiting;

    [[nodiscard]] Duration now() const;
    template <class T>
    [[nodiscard]] bool fresh(const Known<T>& known) const {
        return now() < known.until;
    }

    // nullptr: it is not known yet.
    const Answer* find(const AccountQuestion& question);
    const Answer& remember(const AccountQuestion& question, Answer answer);
    void ask(const AccountQuestion& question);
    [[nodiscard]] Duration limit_of(const Inquiry& inquiry) const;
    [[nodiscard]] bool just_absent(const AccountQuestion& question) const;
    Found found(const AccountQuestion& question);
    bool in_group_of_files(uid_t user, gid_t group);
    std::optional<bool> find_private(gid_t group, uid_t user);

    std::string etc_;
    LookUps* look_ups_ = nullptr;
    Clock* clock_ = nullptr;
    Inquiry* inquiry_ = nullptr; // that asks just now
    std::vector<Waiting*> waiting_;
    Memory<AccountQuestion, Answer> known_;
    Memory<std::pair<gid_t, uid_t>, bool> private_;
    Memory<uid_t, std::vector<gid_t>> groups_of_files_;
    std::map<AccountQuestion, Duration> under_way_; // since when
    std::map<AccountQuestion, Duration> absent_;    // names: when that was told
    std::set<AccountQuestion> owed_;                // somebody was told that it is not known
};

// The one memory of the machine's accounts, whoever asks: there is one thread.
SystemAccounts& system_accounts();

} // namespace hotreload::os
