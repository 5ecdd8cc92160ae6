// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Adoption is of what an earlier run of the daemon left: services that go on, and units, sockets
// and views that no record names. A procedure, before the project is worked for.

#include "base/task.hpp"
#include "core/sockets_port.hpp"
#include "core/units_port.hpp"
#include "core/views_port.hpp"
#include "project/attached_units.hpp"
#include "project/ledger.hpp"
#include "project/looks.hpp"

#include <map>
#include <string>
#include <vector>

namespace hotreload::project {

class Adoption {
public:
    struct Sees {
        Ledger& ledger;
        Looks& looks;
        AttachedUnits& attached;
        Units& units;
        Sockets& sockets;
        Views& views;
    };

    explicit Adoption(Sees sees) : sees_(sees) {}

    // The units on record are followed, all side by side, once.
    Task<> follow_all();
    struct Left {
        std::vector<std::string> stopping; // services of which a stop was begun and not finished
        // Units that no record names, by the service that they are of; "" for helpers.
        std::map<std::string, std::vector<std::string>> orphans;
    };
    // Services that run are adopted as they are; one that does not, although nobody stopped it, was
    // interrupted. Units that no record names are taken over where they carry what was lost.
    // Answers what is left to do.
    Task<Left> run();
    // Ends the orphans, side by side, and removes what they were shown. It takes as long as the
    // slowest of them takes to stop. The answer is what came of each.
    Task<std::vector<Result<>>> remove(std::vector<std::string> orphans);

private:
    Task<> follow(std::string unit);
    Task<> show_what_is_on_record(std::string service);
    Task<> take_over_what_is_not_on_record(std::vector<std::string> units);
    [[nodiscard]] std::map<std::string, std::vector<std::string>>
    orphans_among(const std::vector<std::string>& units) const;
    [[nodiscard]] bool is_lost(const std::string& service, std::uint64_t generation) const;
    void adopt_sockets();
    void remove_stale_views(const std::vector<std::string>& loaded);

    Sees sees_;
    bool followed_ = false;
};

} // namespace hotreload::project
