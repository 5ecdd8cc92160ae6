// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Authority says who may call which method: the one place for every transport. A transport asks it
// when it has understood a call and before anything is looked up for it, so that what a caller who
// is refused learns does not depend on what there is.

#include "base/error.hpp"
#include "base/fd.hpp"
#include "base/task.hpp"

#include <sys/types.h>

#include <string>
#include <string_view>

namespace hotreload::ipc {

struct Method;

// The polkit action that a method belongs to, on the system bus (design section 8).
enum class Permission { Manage, Control, Inspect };

std::string_view action_id(Permission permission); // "org.hotreload.control"

// Caller is who calls: the user, and what the transport knows of the process.
struct Caller {
    uid_t uid = static_cast<uid_t>(-1);
    std::string bus_name{};   // the unique name, of a caller on a bus
    Fd pidfd{};               // of a caller on the socket, where the kernel tells it
    bool interactive = false; // may be asked for a password
};

class Authority {
public:
    // `owner` is the user that the instance belongs to.
    explicit Authority(uid_t owner) : owner_(owner) {}

    // Root, and the owner, may call everything. NotAuthorized, with who may, for everybody else.
    // The target is as it was given, and need not exist.
    Task<Result<>> admit(Caller caller, const Method& method, std::string target) const;

private:
    uid_t owner_;
};

} // namespace hotreload::ipc
