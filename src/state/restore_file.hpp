// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Restoring is what a rollback does to a person's file: its content is replaced as a whole, all
// else about it stays; or it is taken away. Errors: NotAuthorized, when a symbolic link leads to it
// whose owner could not write the file; then and at all other errors the file is as it was.

#include "base/error.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace hotreload::state {

enum class Written {
    Anew,    // by a new file in its place: nobody ever sees a part of it
    InPlace, // for a new file could not be all that the old one is
};

struct Restored {
    Written how = Written::Anew;
    std::optional<std::string> before; // what it held; nullopt: it was made
};

// Whether a file may be replaced that holds this; nullopt: it is not there.
using MayReplace = std::function<bool(const std::optional<std::string>& content)>;

// Replaces the file by a temporary beside it, of a name that the watcher passes over, that is on
// disk before it gets the file's name. A file is written in place when it has other names (hard
// links), an owner or a group that is not ours to give, a directory that is not ours to write, or
// is a mount; the room for it is reserved before. A link stays, what it leads to is replaced. A
// file that is not there is made with mode 0644 and the owner of its directory, and so are
// directories that lead to it, with mode 0755. Errors: Busy, when it may not be replaced, or when
// somebody has saved it since that was asked.
Result<Restored> restore_file(const std::string& path, std::string_view bytes,
                              const MayReplace& may_replace = {});

// Takes away a file that restore_file() has made; a link that led there stays. Errors: Busy, when
// it does not hold these bytes any more.
Result<> remove_made_file(const std::string& path, std::string_view bytes);

// The way to the file can be found by restore_file(); nothing is changed.
Result<> can_restore_file(const std::string& path);

// Takes the name away, and puts what it was (a file with owner and mode, or the link itself) at
// `aside`, whose directory is there and is on disk before the name goes. No directory.
Result<> take_file_away(const std::string& path, const std::string& aside);
// The other way: when nothing has come in its place.
Result<> put_file_back(const std::string& path, const std::string& aside);

} // namespace hotreload::state
