// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Old generations that were told to end and finish what they have in hand. They are on record, so
// that a death of the daemon loses none of them.

#include "base/task.hpp"
#include "core/units_port.hpp"
#include "core/views_port.hpp"
#include "project/ledger.hpp"
#include "project/request.hpp"

#include <functional>
#include <set>
#include <string>

namespace hotreload::project {

class Drains {
public:
    Drains(Ledger& ledger, Units& units, Views& views)
        : ledger_(ledger), units_(units), views_(views) {}
    Drains(const Drains&) = delete;
    Drains& operator=(const Drains&) = delete;

    // Waits for every unit of the service that is on record so, and that nobody waits for yet.
    void follow(const std::string& service);
    // An old generation of the service has ended.
    std::function<void(const std::string& service)> on_end;

    // Services with so many of them that another one has to wait.
    [[nodiscard]] Names full() const;

private:
    Task<> wait_for(std::string service, Draining draining);

    Ledger& ledger_;
    Units& units_;
    Views& views_;
    std::set<std::string> waited_for_; // units
    TaskScope tasks_;
};

} // namespace hotreload::project
