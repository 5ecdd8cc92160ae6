// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// The words of the client library are the commands' own, but for Answer: a command's carries an
// exit status.

#include "client/answer.hpp"
#include "ctl/answer.hpp"

#include <utility>

namespace hotreload::ctl {

using namespace client; // NOLINT(google-build-using-namespace)

// What a failed call means for the command that made it.
inline Failure failure_of(client::Failure failure) {
    using enum client::FailureKind;
    switch (failure.kind) {
    case NoDaemon:
        return {ExitStatus::NoDaemon, std::move(failure.message)};
    case NotAuthorized:
    case NeedsPassword:
        return {ExitStatus::NotAuthorized, std::move(failure.message)};
    case Failed:
        break;
    }
    return {ExitStatus::Failed, std::move(failure.message)};
}

} // namespace hotreload::ctl
