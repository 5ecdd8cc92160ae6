// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// The bus that the daemon is on, and what an error from it means for us. sdbus-c++ throws; nothing
// above this file and daemon.hpp does.

#include "ctl/answer.hpp"
#include "ctl/options.hpp"

#include <sdbus-c++/sdbus-c++.h>

#include <memory>

namespace hotreload::ctl {

Answer<std::unique_ptr<sdbus::IConnection>> open_bus(const GlobalOptions& options);

// The daemon's own errors carry a message for a person; the bus's tell that there is no daemon.
Failure failure_of(const sdbus::Error& error);

} // namespace hotreload::ctl
