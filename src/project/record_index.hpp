// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// RecordIndex has what is asked of the records of all services again and again, so that an
// answer costs what it finds and not what the project has.

#include "core/record.hpp"
#include "project/request.hpp"

#include <map>
#include <string>

namespace hotreload::project {

class RecordIndex {
public:
    // The service has this on record now; nullptr: nothing.
    void note(const std::string& service, const MemberRecord* record);

    // The services whose record names the unit.
    [[nodiscard]] const Names& of_unit(const std::string& unit) const;
    // The services that were left alone because of another one, with that one.
    [[nodiscard]] const std::map<std::string, std::string>& held_back() const { return held_back_; }
    // The services with old generations that drain.
    [[nodiscard]] const Names& draining() const { return draining_; }

private:
    std::map<std::string, std::string> units_; // by service
    std::map<std::string, Names> by_unit_;
    std::map<std::string, std::string> held_back_;
    Names draining_;
};

} // namespace hotreload::project
