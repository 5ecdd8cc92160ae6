// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// BackPressure is for callers who call on and do not read what they are answered: nobody listens to
// a link while there is no room in it. So what is kept for one is about one answer. libsystemd
// alone would keep 16 MiB, and its own answers pass nobody here.

#include "os/event_loop.hpp"

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <map>

using sd_varlink = struct sd_varlink;

namespace hotreload::ipc {

// There is something that was sent and not read, and no room for it.
[[nodiscard]] bool does_not_read(sd_varlink* link) noexcept;

class BackPressure {
public:
    explicit BackPressure(os::EventLoop& loop);
    BackPressure(const BackPressure&) = delete;
    BackPressure& operator=(const BackPressure&) = delete;

    // The link, which is on the loop with this priority, is listened to only when it reads, until
    // it is removed: before it is closed.
    void add(sd_varlink* link, uid_t user, std::int64_t priority);
    void remove(sd_varlink* link) noexcept;

    // The user's links that are not listened to now.
    [[nodiscard]] std::size_t held(uid_t user) const;

private:
    struct Caller {
        sd_varlink* link;
        uid_t user;
        std::int64_t priority;
        os::Source room; // tells when there is some; none: it is listened to
    };

    static int look(sd_event_source*, void* self) noexcept;
    static int listen(sd_event_source*, int, std::uint32_t, void* caller) noexcept;
    void hold(Caller& caller) noexcept;

    os::EventLoop& loop_;
    std::map<sd_varlink*, Caller> callers_;
    os::Source each_turn_; // its time never comes; it is asked before each wait of the loop
};

} // namespace hotreload::ipc
