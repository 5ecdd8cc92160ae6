// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Users and groups, as far as it matters who may read or change a file. A port, so that the rules
// can be tested without any: SystemAccounts asks the machine.

#include <sys/types.h>

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace hotreload::os {

class Accounts {
public:
    virtual ~Accounts() = default;

    // The primary group and all others; empty for an account that is not known.
    virtual const std::vector<gid_t>& groups(uid_t user) = 0;

    // Nobody is in the group but root, and the user: it is root's own, the user's own (of that
    // name, without other members), or one of the system's without members.
    virtual bool private_group(gid_t group, uid_t user) = 0;

    // The user's name for people; the number where there is none.
    virtual std::string user_name(uid_t user) = 0;
    virtual std::string group_name(gid_t group) = 0;
};

// Remembers for a minute what it found: a look-up may have to ask a server. Names for people are
// looked up when somebody is told them.
class SystemAccounts final : public Accounts {
public:
    const std::vector<gid_t>& groups(uid_t user) override;
    bool private_group(gid_t group, uid_t user) override;
    std::string user_name(uid_t user) override;
    std::string group_name(gid_t group) override;

    // The number of an account, or a number as it is; nullopt: there is no such account.
    std::optional<uid_t> user_id(const std::string& name);

private:
    using Clock = std::chrono::steady_clock;
    template <class T>
    struct Known {
        T value;
        Clock::time_point until;
    };
    template <class Key, class T>
    using Memory = std::map<Key, Known<T>>;

    Memory<uid_t, std::vector<gid_t>> groups_;
    Memory<std::pair<gid_t, uid_t>, bool> private_;
    Memory<std::string, uid_t> ids_;
};

// The one memory of the machine's accounts, whoever asks: there is one thread.
SystemAccounts& system_accounts();

} // namespace hotreload::os
