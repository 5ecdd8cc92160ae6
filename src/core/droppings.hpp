// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// The built-in exclude list: what editors, package managers, version control and build tools
// leave lying about, and nobody writes as configuration or source. Such names are dropped when an
// event is decoded, unless a pattern asks for them by name. watch/ goes by it, and so does what
// copies or writes watched files.

#include "core/glob.hpp"

#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace hotreload {

// A file that is not meant for the program that reads the directory ("4913", ".f.swp", "f~").
bool is_dropping(std::string_view name);

// A directory that is not descended into (".git", "node_modules").
bool is_private_directory(std::string_view name);

// A private directory that no link leads into, either.
bool is_version_control(std::string_view name);

// Names that patterns ask for, so that they are no droppings: "f.swp" by itself, all "*.pyc".
class NamedFiles {
public:
    void add(const Glob& pattern);
    [[nodiscard]] bool contains(std::string_view name) const;

private:
    std::set<std::string, std::less<>> names_;
    std::vector<std::string> suffixes_; // of droppings
};

} // namespace hotreload
