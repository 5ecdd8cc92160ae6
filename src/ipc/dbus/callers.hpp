// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Callers are the users of connections and what their processes call themselves, asked of the bus
// without waiting for it, once for each connection (a unique name is never given twice).

#include "base/error.hpp"
#include "base/executor.hpp"
#include "base/task.hpp"
#include "core/record.hpp"

#include <sdbus-c++/IProxy.h>

#include <map>
#include <memory>
#include <string>

namespace hotreload::ipc {

class Callers {
public:
    Callers(sdbus::IConnection& connection, Executor& executor);

    Task<Result<Asker>> find(std::string sender);

private:
    Executor& executor_;
    std::unique_ptr<sdbus::IProxy> bus_;
    std::map<std::string, Asker> known_;
};

} // namespace hotreload::ipc
