// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// ReloadResult is what a reload came to, for one service and for the whole; and why the state that
// it was about was refused (core/record.hpp).

#include "base/words.hpp"

namespace hotreload {

enum class ReloadResult {
    Applied,
    Recorded, // it differs, and nothing had to be done to the unit
    Unchanged,
    Stopped,
    LetGo,            // an installed unit is not the project's any more, and goes on as it is
    Waiting,          // for somebody to ask for it
    Superseded,       // by a newer change
    StoppedMeanwhile, // by somebody else
    Refused,          // the same was refused before, and was not tried
    Invalid,          // a check refused it: nothing was touched
    Failed,           // what was done before it stays done
    RolledBack,
    NeedsAttention, // the service is down, or nobody knows what it holds
    // On record alone:
    HeldBack,    // because of another service of its group
    Interrupted, // it has no result yet
};

template <>
inline constexpr auto kWordsOf<ReloadResult> = words<ReloadResult>({
    {ReloadResult::Applied, "applied"},
    {ReloadResult::Recorded, "recorded"},
    {ReloadResult::Unchanged, "unchanged"},
    {ReloadResult::Stopped, "stopped"},
    {ReloadResult::LetGo, "let-go"},
    {ReloadResult::Waiting, "waiting"},
    {ReloadResult::Superseded, "superseded"},
    {ReloadResult::StoppedMeanwhile, "stopped-meanwhile"},
    {ReloadResult::Refused, "refused"},
    {ReloadResult::Invalid, "invalid"},
    {ReloadResult::Failed, "failed"},
    {ReloadResult::RolledBack, "rolled-back"},
    {ReloadResult::NeedsAttention, "needs-attention"},
    {ReloadResult::HeldBack, "held-back"},
    {ReloadResult::Interrupted, "interrupted"},
});

} // namespace hotreload
