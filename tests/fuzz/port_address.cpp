// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/port.hpp"
#include "core/probe.hpp"
#include "fuzz.hpp"
#include "os/socket_address.hpp"

using namespace hotreload;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto address = parse_port_address(fuzz::text_of(data, size));
    if (!address) {
        fuzz::expect(!address.error().message.empty(), "an error says what is wrong");
        return 0;
    }
    fuzz::expect(parse_port_address(*address) == *address, "the canonical spelling stays as it is");
    fuzz::expect(valid_port_name(default_port_name(*address)), "every port has a name");
    fuzz::expect(os::socket_address(*address).has_value(), "the kernel takes what is canonical");
    for (const auto& other : connect_addresses(*address))
        fuzz::expect(parse_port_address(other) == other, "what is connected to is canonical");
    return 0;
}
