// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// MemberReading is a member as it was read from the project file, with all that decided it: its
// table, the file's defaults, and what the machine answered. While these are the same, it is not
// read again: the next reading takes it over, wherever it stands in the file by then. Its
// definition and its places are owned in common with the project definitions that have them.

#include "base/error.hpp"
#include "base/shared.hpp"
#include "core/definition.hpp"
#include "core/project_reader.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace hotreload {

struct Reading;

// Digest tells one text from another.
struct Digest {
    std::uint64_t low = 0;
    std::uint64_t high = 0;

    bool operator==(const Digest&) const = default;
};

// Lookup is a question that was asked of the machine when a member was read.
struct Lookup {
    Digest (*ask)(Reading&, const std::string& subject) = nullptr;
    std::string subject;
    Digest answer;
};

struct MemberReading {
    Digest text; // of its table and of the defaults
    std::vector<Lookup> lookups;

    struct EnvFile {
        std::string key; // that names it
        std::string path;
        bool was_read = false;
    };
    Shared<MemberDefinition> definition;
    std::shared_ptr<SourceMap::Places> places = std::make_shared<SourceMap::Places>();
    std::vector<EnvFile> env_files;
    std::vector<Problem> warnings; // of its kind; lines count from the member's on

    unsigned line = 0;       // of the member in the file
    bool is_checked = false; // by its kind: `warnings` has what that found
    bool keep = true;        // for the next reading: nothing is wrong with it
};

using MemberReadings = std::unordered_map<std::string, MemberReading>; // by the member's name

// KeptMembers are the members of a project file that an earlier reading found nothing wrong with.
struct KeptMembers final : EarlierReading {
    MemberReadings members;
};

} // namespace hotreload
