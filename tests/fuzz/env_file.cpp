// SPDX-License-Identifier: LGPL-2.1-or-later
#include "config/env_file.hpp"

#include "fuzz.hpp"

using namespace hotreload;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto variables = parse_env_file(fuzz::text_of(data, size), "/nowhere/env");
    if (!variables) {
        fuzz::expect(!variables.error().empty(), "a refusal names a problem");
        return 0;
    }
    for (const auto& [name, value] : *variables)
        fuzz::expect(valid_env_name(name), "every name is one");
    return 0;
}
