// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Work that is done at once, and counted.

#include "base/background.hpp"

namespace hotreload::test {

class InlineBackground final : public Background {
public:
    unsigned done = 0;

    Task<> run(std::move_only_function<void()> work) override {
        work();
        ++done;
        co_return;
    }
};

} // namespace hotreload::test
