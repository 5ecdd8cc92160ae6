// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// The checks between a diff and an action: systemd's own of `properties`, and the service's
// `validate` command. Nothing is touched before they pass.

#include "base/task.hpp"
#include "core/action.hpp"
#include "core/snapshot.hpp"

#include <optional>
#include <string>

namespace hotreload {

class ValidationHost {
public:
    virtual ~ValidationHost() = default;

    // What a file held when it was applied; nothing when there is no copy.
    [[nodiscard]] virtual std::optional<std::string> content(const ContentId& id) const = 0;

    // Where a definition's key stands, for problems that are found out late.
    [[nodiscard]] virtual Problem problem_at(const std::string& key, std::string message) const = 0;

    // Why the service must not be acted on, as its programs are now: others could have changed what
    // root would run. Nothing when it may. `starts`: a new process of it is run, too.
    [[nodiscard]] virtual std::optional<Problem> distrusted(const ServiceDefinition& service,
                                                            bool starts) const = 0;
};

struct Verdict {
    std::optional<Problem> problem; // the first that there is
    bool moved_on = false;          // a file is not what was looked at any more
    std::string note;               // on what was checked, where it was not the snapshot
};

Task<Verdict> validate_service(const ActionContext& context, const ValidationHost& host);

} // namespace hotreload
