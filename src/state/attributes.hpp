// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Attributes are what a copy of a file has from it beside the content: owner, group, mode, ACL and
// extended attributes. Set-id bits and capabilities are not among them.

#include <sys/types.h>

struct stat;

namespace hotreload::state {

// Mode last, as it is the mask of an ACL. Where the ACL cannot be had, its group bits, which mean
// something else without it, are left out. Of both files the descriptors are no O_PATH.
bool copy_mode(int from, const struct stat& status, int to, mode_t bits = 0777);

// False with errno: it is not ours to give.
bool copy_owner(const struct stat& status, int to);

} // namespace hotreload::state
