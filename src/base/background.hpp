// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Runs what takes long beside the one thread, which goes on meanwhile: what waits for a disk.

#include "base/task.hpp"

#include <functional>

namespace hotreload {

class Background {
public:
    virtual ~Background() = default;

    // Ends when `work` is done; one after another. `work` touches nothing that the one thread does,
    // and does not throw.
    virtual Task<> run(std::move_only_function<void()> work) = 0;
};

} // namespace hotreload
