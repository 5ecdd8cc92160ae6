// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// The environment of a unit as a file that only the manager reads (EnvironmentFile=): what is in
// Environment= is shown to everybody by "systemctl show", and lies in a transient unit file that
// everybody can read. The manager reads the file anew at each start, its own restarts among them,
// so that it stays as long as the unit is loaded.

#include "base/error.hpp"

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace hotreload::units {

using Environment = std::map<std::string, std::string>;

// The text that systemd's parser takes, with every value as it is. Errors: Invalid, for a value
// that is not UTF-8, which systemd would not take.
Result<std::string> environment_text(const Environment& environment);

class EnvironmentFiles {
public:
    // The directory is made when it is needed, for its owner alone, as the files are.
    explicit EnvironmentFiles(std::filesystem::path directory) : directory_(std::move(directory)) {}

    // The path of the unit's file, before the unit is loaded. Without variables there is none: "".
    Result<std::string> write(const std::string& unit, const Environment& environment) const;

    // Removes the file of a unit, which may be removed already.
    void remove(const std::string& unit) const;

    // There is a file of some unit.
    [[nodiscard]] bool any() const;
    // Removes all files but those of the given units.
    void keep_only(const std::vector<std::string>& units) const;

private:
    std::filesystem::path directory_;
};

} // namespace hotreload::units
