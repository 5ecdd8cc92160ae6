// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Two rules for a program that may read and run everything, and goes where others lead it.
//
// Reading: what a path leads to is read only if everybody who decides where it leads (the owner of
// each symbolic link and of each directory on the way) could read it themselves, or owns it. Root
// decides as it likes.
//
// Acting: what root runs, or takes orders from, must be root's alone to change, and so must every
// directory and link on the way to it, as for sshd(8) and sudo(8).

#include "os/accounts.hpp"
#include "os/path_walk.hpp"

#include <optional>
#include <span>
#include <string>

namespace hotreload::os {

// The reason why what is open at the end of `way` is not to be read, with the way out, for people.
// nullopt: it may be read. `end` is nullptr where nothing could be found. `way` has the directories
// that were looked into and the links.
std::optional<std::string> misled(std::span<const PathStep> way, const Permissions* end,
                                  Accounts& accounts);

// Somebody other than root and `user` could change what the path leads to: where, who, and what
// mends it, for people ("/srv/a can be changed by dev (chown root /srv/a)"). What is not there can
// be changed by nobody.
std::optional<std::string> changeable(const PathWalk& walk, std::optional<uid_t> user,
                                      Accounts& accounts);

// Somebody other than root could put something else in the place of what the path leads to, or a
// link, whoever may change that itself: where, who, and what mends it, as above. For a path that
// is looked up again later, when nobody asks: the target of a mount.
std::optional<std::string> replaceable(const PathWalk& walk, Accounts& accounts);

} // namespace hotreload::os
