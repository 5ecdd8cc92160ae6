// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Transactions are what reload, restart, start and stop have in common: one target after another,
// each reported as it ends, the worst of them as the exit status.

#include "ctl/reload_wait.hpp"
#include "ctl/session.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace hotreload::ctl {

// The targets that the words name. No words, in the directory of a project that is not registered,
// mean that one, and not all others, nor the one around it: that is an error.
Answer<std::vector<Target>> targets_of(Session& session, const std::vector<std::string>& words);

using Begin = std::function<Task<client::Answer<std::string>>(Daemon&, const std::string& target)>;

// Calls methods that answer with the id of a transaction. Without `wait`, prints the ids.
Answer<ExitStatus> run_transactions(Session& session, const std::vector<std::string>& words,
                                    bool wait, const Begin& begin);

using Act = std::function<Task<client::Answer<>>(Daemon&, const std::string& target)>;

// Calls methods that answer when they are done.
Answer<ExitStatus> run_actions(Session& session, const std::vector<std::string>& words,
                               const Act& act);

// Prints what such a method came to, as was told meanwhile, else as the states say.
Answer<ExitStatus> print_outcome(Session& session, ReloadWait& waiting, const Target& target);

} // namespace hotreload::ctl
