// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// The files of a rollback on their way to what they held: all of them, or none. All is looked at
// before the first file is touched, and what fails in the middle puts back what was done.

#include "base/error.hpp"
#include "core/file_restored.hpp"

#include <map>
#include <set>
#include <string>
#include <vector>

namespace hotreload::state {

class Restoration {
public:
    // Files that are taken away come into a new directory below `aside`, called after the time.
    explicit Restoration(std::string aside) : aside_(std::move(aside)) {}

    // Errors: Invalid, when the same file was to hold something else.
    Result<> write(const std::string& path, std::string bytes);
    // It holds what it is to hold: nobody else's generation changes that, or takes it away. Errors
    // as above.
    Result<> keep(const std::string& path);
    // Unless it is written or kept.
    void take_away(const std::string& path);

    // The steps of carry_out(), in the order of the paths.
    [[nodiscard]] Result<std::vector<FileRestored>> preview() const;
    Result<std::vector<FileRestored>> carry_out();

private:
    class Undo;

    Result<FileRestored> restore(const std::string& path, const std::string& bytes, Undo& undo);
    Result<FileRestored> move(const std::string& path, const std::string& directory, Undo& undo);

    std::string aside_;
    std::map<std::string, std::string> written_; // by path
    std::set<std::string> kept_;
    std::set<std::string> taken_;
};

} // namespace hotreload::state
