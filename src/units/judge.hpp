// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Judgements of what the end of a job means, and what the unit says of itself then. Pure: the table
// of cases that were tried on systemd 257 is in its test.

#include "base/error.hpp"
#include "units/facts.hpp"

#include <optional>
#include <string_view>

namespace hotreload::units {

// The deadline is none of systemd's job results: we stopped waiting.
inline constexpr std::string_view kDeadline = "deadline";

Result<> judge_start(std::string_view job_result, const UnitFacts& after);
Result<> judge_stop(std::string_view job_result, const UnitFacts& after);

// A job that is done does not mean that the service has reloaded: it may have kept its old
// configuration and said so (ERRNO=), or another process may stand there now.
Result<> judge_reload(std::string_view job_result, const UnitFacts& before, const UnitFacts& after);

// The reason why a unit that was well at `before` is not any more; nullopt while it is, and for a
// oneshot that has done its work (`finished`).
std::optional<std::string> broken(const UnitState& before, const UnitFacts& now);
bool finished(const UnitFacts& facts);

} // namespace hotreload::units
