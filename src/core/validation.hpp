// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// The checks between a diff and an action: systemd's own of `properties`, and the service's
// `validate` command. Nothing is touched before they pass.

#include "base/task.hpp"
#include "core/action.hpp"
#include "core/transaction.hpp"

#include <optional>
#include <string>

namespace hotreload {

struct Verdict {
    std::optional<Problem> problem; // the first that there is
    bool moved_on = false;          // a file is not what was looked at any more
    std::string note;               // on what was checked, where it was not the snapshot
};

Task<Verdict> validate_service(const ActionContext& context, const TransactionHost& host);

} // namespace hotreload
