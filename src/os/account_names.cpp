// SPDX-License-Identifier: LGPL-2.1-or-later
#include "os/account_names.hpp"

#include <algorithm>

namespace hotreload::os {

namespace {

bool is_one(SystemAccounts& accounts, uid_t user, const std::string& name) {
    if (!name.starts_with('@'))
        return accounts.user_id(name) == user;
    const auto group = accounts.group_id(name.substr(1));
    return group && accounts.member(user, *group) == true;
}

} // namespace

Task<bool> is_among(SystemAccounts& accounts, uid_t user, std::vector<std::string> names) {
    Inquiry inquiry(Inquiry::Outdated::IsUnknown);
    for (;;) {
        bool found = false;
        {
            const SystemAccounts::Asking asking(accounts, inquiry);
            found = std::ranges::any_of(
                names, [&](const auto& name) { return is_one(accounts, user, name); });
        }
        if (found || inquiry.complete())
            co_return found;
        co_await accounts.learn(inquiry);
    }
}

} // namespace hotreload::os
