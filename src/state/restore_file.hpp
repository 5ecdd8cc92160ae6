// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// What a rollback does to a person's file: what it holds is replaced as a whole, all else about it
// stays; or it is taken away. Errors: NotAuthorized, when a symbolic link of somebody who could not
// write the file himself leads to it; then and at all others it is as it was.

#include "base/error.hpp"

#include <cstdint>
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
    std::optional<std::string> before; // what it held; nothing: it was made
};

// By a temporary beside it, of a name that the watcher passes over, that is on disk before it gets
// the file's name. In place is written what has other names (hard links), an owner or a group that
// is not ours to give, a directory that is not ours to write, or a mount on it; the room for it is
// reserved before. A link stays, what it leads to is replaced. A file that is not there is made
// with mode 0644 and the owner of its directory, and so are directories that lead to it, with mode
// 0755.
Result<Restored> restore_file(const std::string& path, std::string_view bytes);

// Takes away a file that restore_file() has made; a link that led there stays.
Result<> remove_made_file(const std::string& path);

// Whether restore_file() could find the way to it; changes nothing.
Result<> can_restore_file(const std::string& path);

// Takes the name away, and puts what it was (a file with owner and mode, or the link itself) at
// `aside`, whose directory is there and is on disk before the name goes. No directory.
Result<> take_file_away(const std::string& path, const std::string& aside);
// The other way: when nothing has come in its place.
Result<> put_file_back(const std::string& path, const std::string& aside);

} // namespace hotreload::state
