// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Authority says who may call which method: the one place for every transport. A transport asks it
// when it has understood a call and before anything is looked up for it, so that what a caller who
// is refused learns does not depend on what there is.

#include "base/error.hpp"
#include "base/fd.hpp"
#include "base/task.hpp"
#include "ipc/polkit.hpp"
#include "ipc/rights.hpp"

#include <sys/types.h>

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace hotreload::ipc {

struct Arguments;
struct Method;

// The polkit action that a method belongs to, on the system bus (design section 8). Force is asked
// each time: it is what carries out what waits or was refused, and writes files back. Apply is what
// writes contents into watched files. Everyone is none: the method tells nothing but what everybody
// sees anyhow.
enum class Permission { Everyone, Manage, Control, Inspect, Force, Apply };

// "org.hotreload.control"; "" of Everyone.
std::string_view action_id(Permission permission);

// Caller is who calls: the user, and what the transport knows of the process.
struct Caller {
    uid_t uid = static_cast<uid_t>(-1);
    std::string comm{};       // what the process calls itself; for people alone
    std::string bus_name{};   // the unique name, of a caller on a bus
    Fd pidfd{};               // of a caller on the socket, where the kernel tells it
    bool interactive = false; // may be asked for a password
};

class Authority {
public:
    // Questions to polkit that it has not answered at a time. One that may ask a person takes as
    // long as that person does. One whose caller has left counts on: the bus counts it, too, and
    // allows one connection 128 calls without a reply (Debian's system bus), of which the calls to
    // the service manager need half.
    static constexpr std::size_t kMostQuestions = 48;
    static constexpr std::size_t kMostOfOneUser = 16;  // also of look-ups of rights
    static constexpr std::size_t kMostWithAPerson = 4; // of one user

    // `owner` is the user that the instance belongs to. `polkit` and `rights`, which outlive it,
    // are for what others want of the system's instance; nullptr: they may nothing.
    Authority(uid_t owner, Polkit* polkit, Rights* rights = nullptr)
        : owner_(owner), polkit_(polkit), rights_(rights) {}

    // Root, and the owner, may call everything, and everybody what is for
    // everyone. Others, on the system's instance, may call what
    // they have a right to: who operates a project, what controls it, but for what is forced; who
    // reads a document, what tells its value. Of everything else polkit decides. NotAuthorized,
    // with who may; NeedsPassword: who gives one may; Busy: too many are being asked. The target is
    // as it was given, and need not exist. "", which is every project, is nobody's to operate: what
    // that is may be more when the call is carried out.
    Task<Result<>> admit(Caller caller, const Method& method, const Arguments& arguments);

    // What an admitted caller of the method may see of why it failed: who may control a service
    // need not be one who may inspect it.
    [[nodiscard]] Audience audience(uid_t caller, const Method& method) const;

private:
    struct Counts {
        std::size_t all = 0;
        std::map<std::pair<uid_t, bool>, std::size_t> of; // by user, and with a person or not
    };
    class Asking;

    Task<Result<bool>> has_right(uid_t caller, Permission permission, const Method& method,
                                 const Arguments& arguments);
    Task<Result<>> ask(Caller caller, Permission permission, std::string method,
                       std::string target);

    uid_t owner_;
    Polkit* polkit_;
    Rights* rights_;
    std::shared_ptr<Counts> asking_ = std::make_shared<Counts>();
    std::shared_ptr<Counts> looking_up_ = std::make_shared<Counts>(); // who has which rights
};

} // namespace hotreload::ipc
