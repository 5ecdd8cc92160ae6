// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// The drop-in that carries the `properties` of a generation, or what an installed unit is shown:
// NAME.service.d/10-hotreload.conf under the manager's run-time directory. It is read when the
// unit's name is loaded, in systemd's own syntax; a new name needs no daemon-reload.

#include "base/error.hpp"
#include "units/directives.hpp"

#include <filesystem>
#include <string>

namespace hotreload::units {

class DropIns {
public:
    // /run/systemd/system or $XDG_RUNTIME_DIR/systemd/user.
    explicit DropIns(std::filesystem::path directory) : directory_(std::move(directory)) {}

    // Writes the file, before the unit is loaded. Without directives there is none.
    Result<> write(const std::string& unit, const Directives& directives) const;

    // The unit's whole directory; what is not there is removed already.
    void remove(const std::string& unit) const;

    // Writes the drop-in of a unit that is not ours, beside drop-ins of others; without directives,
    // removes it. True when it was something else before, so that a daemon-reload is needed.
    Result<bool> change(const std::string& unit, const Directives& directives) const;

private:
    Result<> make_noticed() const;
    [[nodiscard]] std::filesystem::path file(const std::string& unit) const;

    std::filesystem::path directory_;
};

} // namespace hotreload::units
