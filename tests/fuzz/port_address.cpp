// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/port.hpp"
#include "core/probe.hpp"
#include "fuzz.hpp"
#include "os/socket_address.hpp"

using namespace hotreload;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto address = Address::parse(fuzz::text_of(data, size));
    if (!address) {
        fuzz::expect(!address.error().message.empty(), "an error says what is wrong");
        return 0;
    }
    fuzz::expect(Address::parse(address->text()) == *address,
                 "the canonical spelling is read back");
    fuzz::expect(valid_port_name(default_port_name(*address)), "every port has a name");
    const auto socket = os::socket_address(*address);
    fuzz::expect(socket.size <= sizeof socket.all, "the kernel takes it");
    for (const auto& other : connect_addresses(*address))
        fuzz::expect(Address::parse(other.text()) == other, "what is connected to is an address");
    return 0;
}
