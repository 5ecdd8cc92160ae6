// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Work that is done at once, and counted.

#include "base/background.hpp"

#include <functional>

namespace hotreload::test {

class InlineBackground final : public Background {
public:
    unsigned done = 0;
    std::function<void()> meanwhile; // what the one thread does beside it

    Task<> run(std::move_only_function<void()> work) override {
        if (meanwhile)
            meanwhile();
        work();
        ++done;
        co_return;
    }
};

} // namespace hotreload::test
