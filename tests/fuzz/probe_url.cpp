// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/port.hpp"
#include "core/probe.hpp"
#include "fuzz.hpp"
#include "os/socket_address.hpp"

using namespace hotreload;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto addresses = probe_addresses(fuzz::text_of(data, size));
    if (!addresses) {
        fuzz::expect(!addresses.error().message.empty(), "an error says what is wrong");
        return 0;
    }
    fuzz::expect(!addresses->empty(), "there is somebody to ask");
    for (const auto& address : *addresses) {
        fuzz::expect(parse_port_address(address) == address, "an address is canonical");
        const auto socket = os::socket_address(address);
        fuzz::expect(socket && socket->type == SOCK_STREAM &&
                         (socket->family() == AF_INET || socket->family() == AF_INET6),
                     "it is asked over TCP");
    }
    return 0;
}
