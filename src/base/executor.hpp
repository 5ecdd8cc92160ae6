// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Runs a piece of work soon, on the one thread, never inside the caller. The event loop is one;
// tests have a queue. Coroutines are resumed through it, so that the library callback that
// completes an operation has returned before anything that it owns is taken down.

#include <functional>

namespace hotreload {

class Executor {
public:
    virtual ~Executor() = default;
    virtual void post(std::move_only_function<void()> work) = 0;
};

} // namespace hotreload
