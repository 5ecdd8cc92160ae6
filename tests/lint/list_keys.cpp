// SPDX-License-Identifier: LGPL-2.1-or-later
// Prints every key of a project file and every live property, one a line, from the tables that the
// program itself reads by.
#include "config/project_file.hpp"
#include "core/live_properties.hpp"
#include "kinds/kinds.hpp"

#include <cstdio>

int main() {
    for (const auto& key : hotreload::project_file_keys(hotreload::all_kinds()))
        std::puts(key.c_str());
    for (const auto name : hotreload::live_property_names())
        std::printf("live.%s\n", std::string(name).c_str());
}
