// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Published documents as files, for programs that read them without a bus: hotreloadd(8), PUBLISHED
// DOCUMENTS. Each is replaced as a whole.

#include "base/error.hpp"
#include "core/status.hpp"

#include <cstdint>
#include <set>
#include <string>
#include <vector>

namespace hotreload {

// Below the run-time directory. Units are told the directory of their project in it.
inline constexpr const char* kPublishedDirectory = "configs";

class PublishedFiles {
public:
    virtual ~PublishedFiles() = default;

    // The document's file is as `status` from now on, and `readers`, users and "@groups", may read
    // it. Who of them is not known, or not yet, may not. Errors: the file is as it was.
    virtual Result<> write(const ConfigStatus& status, const std::vector<std::string>& readers) = 0;
    // These may read the file as it is, where there is one, and nobody else: to take a right away
    // needs no room.
    virtual void let_read(const std::string& project, const std::string& document,
                          const std::vector<std::string>& readers) = 0;
    // The number of the value that the file has; 0: it has none, or there is no file.
    virtual std::uint64_t revision(const std::string& project, const std::string& document) = 0;
    // Of the project there are these documents' files and no others.
    virtual void keep_only(const std::string& project, const std::set<std::string>& documents) = 0;
};

} // namespace hotreload
