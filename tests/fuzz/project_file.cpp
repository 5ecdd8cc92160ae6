// SPDX-License-Identifier: LGPL-2.1-or-later
#include "config/project_file.hpp"

#include "fuzz.hpp"

using namespace hotreload;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto project =
        parse_project(fuzz::text_of(data, size), "/nowhere/hotreload.toml",
                      [](const std::string&) { return fail(ErrorCode::NotFound, "no such file"); });
    if (!project)
        fuzz::expect(!project.error().empty(), "a refusal names a problem");
    return 0;
}
