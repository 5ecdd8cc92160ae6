// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Answer is how a command ends: the exit statuses of hotreloadctl(1), and the failure that carries
// one up to main, which prints its message. A command that reported its failures itself returns the
// status.

#include <expected>
#include <string>
#include <utility>

namespace hotreload::ctl {

enum class ExitStatus {
    Ok = 0,            // applied, or nothing to do
    Failed = 1,        // invalid or failed
    Usage = 2,         //
    Waiting = 3,       // something waits for --force
    NotAuthorized = 4, //
    NoDaemon = 5,      //
};

// The worse of two statuses: the one that the exit status has to tell, a failure before a wait.
constexpr ExitStatus worse(ExitStatus a, ExitStatus b) {
    const auto weight = [](ExitStatus s) {
        return s == ExitStatus::Ok ? 0 : s == ExitStatus::Waiting ? 1 : 2;
    };
    return weight(b) > weight(a) ? b : a;
}

struct Failure {
    ExitStatus status = ExitStatus::Failed;
    std::string message;

    bool operator==(const Failure&) const = default;
};

template <class T = void>
using Answer = std::expected<T, Failure>;

inline std::unexpected<Failure> give_up(ExitStatus status, std::string message) {
    return std::unexpected(Failure{status, std::move(message)});
}

} // namespace hotreload::ctl
