// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// The files of a rollback, or of contents that were handed over, on their way to what they are to
// hold: all of them, or none. state/ has the real one.

#include "base/error.hpp"
#include "core/file_restored.hpp"
#include "core/snapshot.hpp"

#include <optional>
#include <set>
#include <string>
#include <vector>

namespace hotreload {

class Restoration {
public:
    virtual ~Restoration() = default;

    // Errors: Invalid, when the same file was to hold something else.
    virtual Result<> write(const std::string& path, std::string bytes) = 0;
    // Keeps a file that holds what it is to hold: nobody else's generation changes it, or takes it
    // away. Errors as above.
    virtual Result<> keep(const std::string& path) = 0;
    // Unless it is written or kept.
    virtual void take_away(const std::string& path) = 0;

    // What the file has to hold, one of these, when it is written or taken away; nullopt: it is not
    // there. Unless this is said, it may hold anything.
    using Contents = std::set<std::optional<ContentId>>;
    virtual void expect(const std::string& path, Contents contents) = 0;

    // Both in the background, too. A file of another size is not read.
    [[nodiscard]] virtual bool holds(const std::string& path, const ContentId& content) const = 0;
    // The bytes of the content; nullopt: the file does not hold it, or cannot be read.
    [[nodiscard]] virtual std::optional<std::string> read(const std::string& path,
                                                          const ContentId& content) const = 0;

    // Looks at all before the first file is touched; a failure in the middle puts back what was
    // done. Errors: Busy, when a file does not hold what it has to, or is saved while it is being
    // written. They say what became of the files. In the background: it touches nothing but these.
    virtual Result<std::vector<FileRestored>> carry_out() = 0;
};

} // namespace hotreload
