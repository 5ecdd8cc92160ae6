// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/port.hpp"

#include "base/ascii.hpp"

#include <algorithm>

namespace hotreload {

namespace {

constexpr std::size_t kLongestPortName = 64;

bool legal_in_name(char c) {
    return is_letter(c) || is_digit(c) || std::string_view("_-.").contains(c);
}

} // namespace

std::string default_port_name(const Address& address) {
    auto name = address.inet() ? std::to_string(address.port) : address.name;
    if (address.kind == Address::Kind::Path)
        name.erase(0, name.rfind('/') + 1);
    name.resize(std::min(name.size(), kLongestPortName));
    std::ranges::replace_if(name, [](char c) { return !legal_in_name(c); }, '_');
    return address.datagram ? "udp-" + name : name;
}

bool valid_port_name(std::string_view name) {
    return !name.empty() && name.size() <= kLongestPortName &&
           std::ranges::all_of(name, legal_in_name);
}

} // namespace hotreload
