// SPDX-License-Identifier: LGPL-2.1-or-later
#include "os/fd_store.hpp"

#include <systemd/sd-daemon.h>

#include <algorithm>
#include <cstdint>
#include <format>

namespace hotreload::os {

namespace {

constexpr std::size_t kLongestName = 255;

// The manager drops a message with a bad name, and tells only its own log.
Result<> check_name(const std::string& name) {
    if (name.size() > kLongestName)
        return fail(ErrorCode::Invalid,
                    std::format("the name {} is longer than the {} bytes that the service manager "
                                "keeps a socket under",
                                name, kLongestName));
    if (name.empty() || std::ranges::any_of(name, [](char c) { return c <= ' ' || c == ':'; }))
        return fail(ErrorCode::Invalid, std::format("\"{}\" cannot name a descriptor", name));
    return {};
}

} // namespace

Result<> store_fd(const std::string& name, int fd) {
    if (auto checked = check_name(name); !checked)
        return checked;
    // A listening socket is worth keeping whatever poll() says of it.
    const auto state = std::format("FDSTORE=1\nFDNAME={}\nFDPOLL=0", name);
    if (const int r = sd_pid_notify_with_fds(0, 0, state.c_str(), &fd, 1); r < 0)
        return fail_errno(-r, "handing " + name + " to the service manager");
    return {};
}

Result<> remove_stored_fd(const std::string& name) {
    if (auto checked = check_name(name); !checked)
        return checked;
    const auto state = std::format("FDSTOREREMOVE=1\nFDNAME={}", name);
    if (const int r = sd_notify(0, state.c_str()); r < 0)
        return fail_errno(-r, "taking " + name + " back from the service manager");
    return {};
}

bool wait_for_store() {
    constexpr std::uint64_t not_long_usec = 100'000;
    return sd_notify_barrier(0, not_long_usec) > 0;
}

} // namespace hotreload::os
