// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Options that the command line has for every command alike.

#include "client/bus_address.hpp"

#include <string>

namespace hotreload::ctl {

enum class JsonMode { Off, Short, Pretty };

struct GlobalOptions {
    bool user = false; // both false: by who calls
    bool system = false;
    std::string host;    // -H
    std::string machine; // -M
    JsonMode json = JsonMode::Off;
    bool no_pager = false;
    bool quiet = false;
    bool ask_password = true;

    // Paths and directories of this machine mean nothing to the daemon there.
    [[nodiscard]] bool remote() const { return !host.empty() || !machine.empty(); }
    [[nodiscard]] bool on_user_bus() const;
    [[nodiscard]] client::BusAddress bus() const;
};

} // namespace hotreload::ctl
