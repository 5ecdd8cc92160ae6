// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Polkit is who is asked, on the system's instance, whether a caller who is not root may do
// something. dbus/ has the real one.

#include "base/error.hpp"
#include "base/fd.hpp"
#include "base/task.hpp"

#include <sys/types.h>

#include <map>
#include <memory>
#include <string>

namespace hotreload::ipc {

// Subject is a caller as polkit knows one: a connection to the bus, or a process.
struct Subject {
    std::string bus_name; // ":1.42"; "": the process
    Fd process;           // a pidfd of the one at the other end of a socket
    uid_t uid = 0;        // its user
};

class Polkit {
public:
    enum class Answer {
        Yes,
        No,
        Dismissed, // somebody was asked for a password, and gave none
        Challenge, // somebody would have to be asked for one, and the caller did not want that
    };
    struct Question {
        std::string action; // "org.hotreload.control"
        // What rules may look at, and what a person is shown: "target", "project", "action" …
        std::map<std::string, std::string> details;
        bool interactive = false; // the caller waits while somebody is asked for a password
        // Held until polkit has answered or is gone, also where the question is withdrawn before.
        std::shared_ptr<const void> counted{};
    };

    virtual ~Polkit() = default;

    // An interactive one takes as long as a person takes to type a password. Destroying the task
    // withdraws the question. NotFound: there is no polkit; Failed: it cannot answer.
    virtual Task<Result<Answer>> ask(Subject subject, Question question) = 0;
};

} // namespace hotreload::ipc
