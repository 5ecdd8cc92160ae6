// SPDX-License-Identifier: LGPL-2.1-or-later
#include "ipc/varlink/back_pressure.hpp"

#include <poll.h>
#include <sys/epoll.h>
#include <systemd/sd-event.h>
#include <systemd/sd-varlink.h>

#include <algorithm>
#include <ctime>
#include <limits>

namespace hotreload::ipc {

bool does_not_read(sd_varlink* link) noexcept {
    const int waits_for = sd_varlink_get_events(link);
    if (waits_for < 0 || (waits_for & POLLOUT) == 0)
        return false;
    pollfd room{.fd = sd_varlink_get_fd(link), .events = POLLOUT, .revents = 0};
    return ::poll(&room, 1, 0) == 0;
}

// Without memory for it, nobody is held.
BackPressure::BackPressure(os::EventLoop& loop) : loop_(loop) {
    constexpr auto never = std::numeric_limits<std::uint64_t>::max();
    constexpr auto nothing = [](sd_event_source*, std::uint64_t, void*) noexcept { return 0; };
    sd_event_source* source = nullptr;
    if (sd_event_add_time(loop.handle(), &source, CLOCK_MONOTONIC, never, 0, nothing, this) < 0)
        return;
    each_turn_.reset(source);
    (void)sd_event_source_set_prepare(source, look);
}

void BackPressure::add(sd_varlink* link, uid_t user, std::int64_t priority) {
    callers_.try_emplace(link, Caller{link, user, priority, nullptr});
}

void BackPressure::remove(sd_varlink* link) noexcept {
    callers_.erase(link);
}

std::size_t BackPressure::held(uid_t user) const {
    return static_cast<std::size_t>(std::ranges::count_if(
        callers_, [&](const auto& each) { return each.second.room && each.second.user == user; }));
}

int BackPressure::look(sd_event_source* /*source*/, void* self) noexcept {
    auto& us = *static_cast<BackPressure*>(self);
    for (auto& [link, caller] : us.callers_)
        if (!caller.room && does_not_read(link))
            us.hold(caller);
    return 0;
}

void BackPressure::hold(Caller& caller) noexcept {
    const int fd = sd_varlink_get_fd(caller.link);
    sd_varlink_detach_event(caller.link);
    sd_event_source* room = nullptr;
    if (sd_event_add_io(loop_.handle(), &room, fd, EPOLLOUT, listen, &caller) < 0) {
        (void)sd_varlink_attach_event(caller.link, loop_.handle(), caller.priority);
        return;
    }
    caller.room.reset(room);
    (void)sd_event_source_set_priority(room, caller.priority);
}

// There is room, or the other end is gone, which libsystemd finds out.
int BackPressure::listen(sd_event_source* source, int /*fd*/, std::uint32_t /*events*/,
                         void* caller) noexcept {
    auto& its = *static_cast<Caller*>(caller);
    auto* const loop = sd_event_source_get_event(source);
    its.room.reset();
    if (sd_varlink_attach_event(its.link, loop, its.priority) < 0)
        (void)sd_varlink_close(its.link);
    return 0;
}

} // namespace hotreload::ipc
