// SPDX-License-Identifier: LGPL-2.1-or-later
#include "os/eventfd.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <system_error>

namespace hotreload::os {

Fd open_eventfd() {
    Fd fd(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    if (!fd)
        throw std::system_error(errno, std::generic_category(), "making an eventfd");
    return fd;
}

// One that is full already is readable, and that is all that is wanted.
void wake(const Fd& eventfd) {
    const std::uint64_t one = 1;
    (void)!::write(eventfd.get(), &one, sizeof one);
}

void take_wakes(const Fd& eventfd) {
    std::uint64_t count = 0;
    (void)!::read(eventfd.get(), &count, sizeof count);
}

} // namespace hotreload::os
