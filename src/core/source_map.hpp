// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// SourceMap says where each key of a project file stands ("services.web.properties.MemoryMax" →
// 12:3), so that problems which are found later (a command is missing, systemd refuses a property)
// can name the place; and what is doubtful in the file, though no error. Not a part of the meaning:
// never compared.
//
// A file has several keys for each service: of a key only the hash is kept, and two keys of one
// hash would be shown at one place. The keys of a member are places of their own, which tell lines
// from the member's on: one that has only moved, with all that is in it, keeps them.
//
// A key may stand in a drop-in of the file: a place says in which one.

#include "base/error.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace hotreload {

class SourceMap {
public:
    struct Place {
        unsigned line = 0;        // from 1
        unsigned column : 21 = 0; // there are as many of each key: in two words
        unsigned file : 11 = 0;   // 0: the project file itself; else of set_drop_ins(), from 1
    };
    static constexpr std::size_t kMostDropIns = 1000;

    class Places {
    public:
        // The first place of a key counts.
        void add(std::string_view key, Place place);
        // nullptr: the key is not here.
        [[nodiscard]] const Place* find(std::string_view key) const;

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

    void add(std::string_view key, Place place) { places_.add(key, place); }
    // `places` are those of the member ("services.web") and of what is in it, with whole keys, and
    // with lines that begin with 0 at `line`.
    void add_member(std::string_view member, std::shared_ptr<const Places> places, unsigned line);
    // Nothing: the key does not stand in the file.
    [[nodiscard]] std::optional<Place> find(std::string_view key) const;

    // The paths of the drop-ins that were read, at most kMostDropIns.
    void set_drop_ins(std::vector<std::string> paths) { drop_ins_ = std::move(paths); }
    // The drop-in that the place is in; nullptr: the project file itself.
    [[nodiscard]] const std::string* drop_in(const Place& place) const {
        return place.file == 0 ? nullptr : &drop_ins_.at(place.file - 1);
    }

    std::vector<Problem> warnings;

    bool operator==(const SourceMap&) const { return true; }

private:
    struct Member {
        std::shared_ptr<const Places> places;
        unsigned line = 0;
    };

    Places places_;                                     // of no member
    std::unordered_map<std::uint64_t, Member> members_; // by the hash of its key
    std::vector<std::string> drop_ins_;
};

} // namespace hotreload
