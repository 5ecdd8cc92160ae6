// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/probe.hpp"

#include <algorithm>
#include <format>

namespace hotreload {

namespace {

// The address of this host itself, on the same port.
Address loopback(Address::Kind kind, std::uint16_t port) {
    Address address{.kind = kind, .port = port};
    if (kind == Address::Kind::V4)
        address.host = {127, 0, 0, 1};
    else
        address.host.back() = 1;
    return address;
}

// "host", "host:port", "[host]:port": with the port of the scheme where there is none.
std::string with_port(std::string_view place, bool tls) {
    const auto colon = place.rfind(':');
    const bool has_port = colon != std::string_view::npos && !place.ends_with(']');
    return has_port ? std::string(place) : std::format("{}:{}", place, tls ? 443 : 80);
}

} // namespace

Result<std::vector<Address>> probe_addresses(std::string_view url) {
    const auto wrong = [url](std::string_view why) {
        return fail(ErrorCode::Invalid, std::format("\"{}\" {}", url, why));
    };
    const bool tls = url.starts_with("https://");
    if (!tls && !url.starts_with("http://"))
        return wrong("is no URL that can be asked: it begins with http:// or https://");
    if (std::ranges::any_of(url, [](unsigned char c) { return c <= ' ' || c == 0x7f; }))
        return wrong("contains a space or a control character");
    auto place = url.substr(url.find("//") + 2);
    place = place.substr(0, place.find_first_of("/?#"));
    if (place.contains('@'))
        return wrong("names a user, which a probe has none of");
    constexpr std::string_view local = "localhost";
    const bool by_name = place == local || place.starts_with("localhost:");
    const auto port = with_port(by_name ? place.substr(local.size()) : place, tls);
    // A host stands before the port: parse() also takes a name, or a port of every host.
    const auto address = Address::parse(by_name ? "127.0.0.1" + port : port);
    if (place.empty() || place.starts_with(':') || place.contains('*') || !address ||
        !address->inet() || address->datagram)
        return wrong("names no host that can be asked: it is \"localhost\" or a number, as in "
                     "http://127.0.0.1:8080/health or http://[::1]:8080/health");
    if (by_name)
        return std::vector{*address, loopback(Address::Kind::V6, address->port)};
    return connect_addresses(*address);
}

std::vector<Address> connect_addresses(const Address& address) {
    if (address.kind != Address::Kind::V6 || !address.every_host())
        return {address};
    return {loopback(Address::Kind::V6, address.port), loopback(Address::Kind::V4, address.port)};
}

} // namespace hotreload
