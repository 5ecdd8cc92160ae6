// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// SourceMap says where each key of a project file stands ("services.web.properties.MemoryMax" →
// 12:3), so that problems which are found later (a command is missing, systemd refuses a property)
// can name the place; and what is doubtful in the file, though no error. Not a part of the meaning:
// never compared.
//
// A file has several keys for each service, and all are noted anew at each save of it: of a key
// only the hash is kept. Two keys of one hash would be shown at one place.

#include "base/error.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace hotreload {

class SourceMap {
public:
    struct Place {
        unsigned line = 0; // from 1
        unsigned column = 0;
    };

    // The first place of a key counts.
    void add(std::string_view key, Place place);
    // nullptr: the key does not stand in the file.
    [[nodiscard]] const Place* find(std::string_view key) const;

    std::vector<Problem> warnings;

    bool operator==(const SourceMap&) const { return true; }

private:
    struct Slot {
        std::uint64_t hash = 0; // 0: free
        Place place;
    };

    [[nodiscard]] std::size_t slot_of(std::uint64_t hash) const;
    void grow();

    std::vector<Slot> slots_; // 2ⁿ, at most half of them taken
    std::size_t taken_ = 0;
};

} // namespace hotreload
