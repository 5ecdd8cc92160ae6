// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Rights are what the project files in force give users of the system's instance, beside what
// polkit lets them: [project] operators and [configs.NAME] readers of hotreload.toml(5). Who a user
// is may have to be asked of a server. What cannot be found out in time is no right.

#include "base/task.hpp"
#include "core/reload_id.hpp"

#include <sys/types.h>

#include <string>

namespace hotreload::ipc {

class Rights {
public:
    virtual ~Rights() = default;

    // The user is one of the project's operators. False where there is no such project.
    virtual Task<bool> operates(uid_t user, std::string project) = 0;
    // The user is a reader of the project's document. False where there is none of that name.
    virtual Task<bool> reads(uid_t user, std::string project, std::string config) = 0;
    // Nothing belongs to the id of an event but changes of documents that the user is a reader of.
    // False where nothing is kept of it.
    virtual Task<bool> reads(uid_t user, ReloadId id) = 0;
};

} // namespace hotreload::ipc
