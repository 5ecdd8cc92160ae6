// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Answer is what came of a call to the daemon: what it gave back, or why there is nothing.

#include <expected>
#include <string>

namespace hotreload::client {

enum class FailureKind {
    Failed,        // what was asked for is invalid, or it failed
    NotAuthorized, // we may not
    NeedsPassword, // we may, when somebody gives a password
    NoDaemon,      // it is not there, or the bus is not
};

struct Failure {
    FailureKind kind = FailureKind::Failed;
    std::string message; // for a person

    bool operator==(const Failure&) const = default;
};

template <class T = void>
using Answer = std::expected<T, Failure>;

} // namespace hotreload::client
