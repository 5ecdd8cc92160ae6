// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/names.hpp"
#include "fuzz.hpp"

#include <string>

using namespace hotreload;

// A project's name, a line's end, and a unit's name, as the service manager lists it.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto text = fuzz::text_of(data, size);
    const auto end = text.find('\n');
    const auto project = text.substr(0, end);
    const auto unit = end == std::string_view::npos ? "" : text.substr(end + 1);
    const auto found = service_of(unit, project);
    if (found) {
        fuzz::expect(valid_name(found->first), "a service has a valid name");
        fuzz::expect(generation_unit(project, found->first, found->second) == unit,
                     "a unit's name is put together as it was taken apart");
    }
    if (valid_name(project) && valid_name(unit)) {
        const auto again = service_of(generation_unit(project, unit, size), project);
        fuzz::expect(again && again->first == unit && again->second == size,
                     "what is put together is taken apart");
    }
    return 0;
}
