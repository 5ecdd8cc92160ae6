// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/probe.hpp"
#include "fuzz.hpp"

using namespace hotreload;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto addresses = probe_addresses(fuzz::text_of(data, size));
    if (!addresses) {
        fuzz::expect(!addresses.error().message.empty(), "an error says what is wrong");
        return 0;
    }
    fuzz::expect(!addresses->empty(), "there is somebody to ask");
    for (const auto& address : *addresses) {
        fuzz::expect(Address::parse(address.text()) == address, "the spelling is read back");
        fuzz::expect(address.inet() && !address.datagram, "it is asked over TCP");
    }
    return 0;
}
