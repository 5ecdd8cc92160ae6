// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Small files in a directory that is open: read whole, replaced whole.

#include "base/error.hpp"
#include "base/fd.hpp"

#include <cstddef>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace hotreload::state {

Result<std::string> read_file(int directory, const std::string& file);

// Under a temporary name (".FILE.tmp"), then renamed over `file`; mode 0600. It does not wait for
// the disk: sync_files() does.
Result<> replace_file(int directory, const std::string& file, std::string_view bytes);

// The files, as far as they are there, and which of them are, are on the disk.
Result<> sync_files(int directory, const std::set<std::string>& files);

bool is_temporary(std::string_view file);

// Opens a regular file: to open a device, even to read it, may set it going. Links are followed.
// errno says why nothing is open.
Fd open_regular(const std::string& path);

// Reads from where the file is to its end; never much more than `limit`, of a file that grows.
Result<std::string> read_all(int fd, std::size_t limit);
Result<> write_all(int fd, std::string_view bytes);

// Somebody removed the directory that is open: nothing can be made in it any more.
bool is_removed(int directory);

// Names in the directory, sorted.
Result<std::vector<std::string>> list_files(int directory);

} // namespace hotreload::state
