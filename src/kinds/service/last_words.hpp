// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Why a service failed, in its own words: what the process that failed wrote last, as the journal
// has it. The manager knows no more than how it ended.

#include "core/validator_output.hpp"
#include "kinds/service/action.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace hotreload::service {

// The text that one process of the unit (UnitState::invocation) and its children have written since
// then, in microseconds of CLOCK_REALTIME: the last 4 KiB at most; "" when the journal does not
// have it within two seconds. What it has written later than `until`, unless that is 0, counts only
// where it has written nothing before.
Task<std::string> read_last_words(const ActionContext& context, std::string invocation,
                                  std::uint64_t since_usec, std::uint64_t until_usec);

// The problem with what was written as its reason: the line that names a file and a line of it,
// else the last that sounds like an error, else the last. As it was when nothing was.
Problem in_its_own_words(Problem problem, std::string_view written, const ResolveName& resolve);

} // namespace hotreload::service
