// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/address.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <format>
#include <span>

namespace hotreload {

namespace {

constexpr std::string_view kUdp = "udp:";
constexpr std::size_t kLongestUnixName = 107; // sun_path's 108, less a NUL at its end or beginning
constexpr auto kForms = "expected \"8080\", \"127.0.0.1:8080\", \"[::1]:8080\", \"udp:53\", "
                        "\"/run/NAME.sock\" or \"@NAME\"";

template <class... Args>
std::unexpected<Error> invalid(std::format_string<Args...> format, Args&&... args) {
    return fail(ErrorCode::Invalid, std::format(format, std::forward<Args>(args)...));
}

bool is_number(std::string_view text) {
    return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

bool read_host(int family, std::string_view text, Address& address) {
    return ::inet_pton(family, std::string(text).c_str(), address.host.data()) == 1;
}

Result<Address> parse_unix_path(std::string_view text) {
    Address address{.name = std::filesystem::path(text).lexically_normal().string()};
    if (address.name.ends_with('/'))
        return invalid("\"{}\" names a directory: give the path of a socket in it", text);
    if (address.name.size() > kLongestUnixName)
        return invalid("\"{}\" has {} bytes; the path of a Unix socket has {} at most",
                       address.name, address.name.size(), kLongestUnixName);
    return address;
}

Result<Address> parse_abstract_name(std::string_view text) {
    const auto length = text.size() - 1;
    if (length == 0)
        return invalid("\"@\" has no name: give \"@NAME\"");
    if (length > kLongestUnixName)
        return invalid("\"{}\" has {} bytes after the \"@\"; there may be {}", text, length,
                       kLongestUnixName);
    return Address{.kind = Address::Kind::Abstract, .name = std::string(text.substr(1))};
}

Result<std::uint16_t> parse_number(std::string_view text) {
    std::uint16_t number = 0;
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
    if (!is_number(text) || parsed.ec != std::errc())
        return invalid("\"{}\" is no port: give a number from 1 to 65535", text);
    if (number == 0)
        return invalid("port 0 would be another one each time: give a number from 1 to 65535");
    return number;
}

Result<Address> parse_v6(std::string_view host, std::string_view inner) {
    if (inner.contains('%'))
        return invalid("\"{}\" is bound to a network interface, which is not supported", host);
    Address address{.kind = Address::Kind::V6};
    if (!read_host(AF_INET6, inner, address))
        return invalid("\"{}\" is no IPv6 address", inner);
    // A socket on an IPv4 address in IPv6's form listens on the IPv4 address.
    constexpr std::array<unsigned char, 12> v4_in_v6 = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
    if (std::ranges::equal(std::span(address.host).first(v4_in_v6.size()), v4_in_v6)) {
        const auto v4 = address.host;
        address = {.kind = Address::Kind::V4};
        std::copy(v4.begin() + v4_in_v6.size(), v4.end(), address.host.begin());
    }
    return address;
}

Result<Address> parse_host(std::string_view host, std::string_view port) {
    if (host == "*")
        return Address{.kind = Address::Kind::V6};
    if (host.starts_with('[') && host.ends_with(']'))
        return parse_v6(host, host.substr(1, host.size() - 2));
    Address address{.kind = Address::Kind::V4};
    if (read_host(AF_INET, host, address))
        return address;
    if (host.empty())
        return invalid("there is no address before the \":\": for all of them give \"{}\"", port);
    if (host.contains(':'))
        return invalid("an IPv6 address stands in brackets: \"[{}]:{}\"", host, port);
    if (host == "localhost")
        return invalid("names of hosts are not looked up: give \"127.0.0.1:{0}\" or \"[::1]:{0}\"",
                       port);
    if (host.find_first_not_of("0123456789.") == std::string_view::npos)
        return invalid("\"{}\" is no IPv4 address", host);
    return invalid("names of hosts are not looked up: give a numeric address for \"{}\"", host);
}

// "8080", "*:8080", "127.0.0.1:8080", "[::1]:8080".
Result<Address> parse_inet(std::string_view text) {
    const auto colon = text.rfind(':');
    const bool in_brackets = text.ends_with(']'); // the colon is the address's own
    if (colon == std::string_view::npos && !is_number(text))
        return invalid("\"{}\" is no address: {}", text, kForms);
    if (in_brackets)
        return invalid("\"{0}\" has no port: give \"{0}:8080\"", text);
    const auto host = colon == std::string_view::npos ? "*" : text.substr(0, colon);
    const auto number = parse_number(text.substr(colon + 1)); // npos + 1 is 0
    if (!number)
        return std::unexpected(number.error());
    auto address = parse_host(host, text.substr(colon + 1));
    if (address)
        address->port = *number;
    return address;
}

} // namespace

Result<Address> Address::parse(std::string_view text) {
    if (text.empty())
        return invalid("is empty: {}", kForms);
    if (std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) < ' '; }))
        return invalid("contains a control character");
    if (text.starts_with('/'))
        return parse_unix_path(text);
    if (text.starts_with('@'))
        return parse_abstract_name(text);
    const bool udp = text.starts_with(kUdp);
    const auto rest = udp ? text.substr(kUdp.size()) : text;
    if (udp && (rest.starts_with('/') || rest.starts_with('@')))
        return invalid("\"{}\": only stream sockets are opened as Unix sockets", text);
    if (rest.contains('/'))
        return invalid("\"{}\" is neither an absolute path nor an address: {}", text, kForms);
    auto address = parse_inet(rest);
    if (address)
        address->datagram = udp;
    return address;
}

std::string Address::text() const {
    if (kind == Kind::Path)
        return name;
    if (kind == Kind::Abstract)
        return "@" + name;
    std::array<char, INET6_ADDRSTRLEN> number = {};
    ::inet_ntop(kind == Kind::V4 ? AF_INET : AF_INET6, host.data(), number.data(), number.size());
    const auto* const form = kind == Kind::V4 ? "{}{}:{}" : "{}[{}]:{}";
    const std::string_view protocol = datagram ? kUdp : "";
    const std::string_view numeric = number.data();
    return std::vformat(form, std::make_format_args(protocol, numeric, port));
}

bool exclude_each_other(const Address& one, const Address& other) {
    if (one == other)
        return true;
    const auto covers = [](const Address& all, const Address& address) {
        return all.every_host() && (all.kind == Address::Kind::V6 || all.kind == address.kind);
    };
    return one.inet() && other.inet() && one.datagram == other.datagram && one.port == other.port &&
           (covers(one, other) || covers(other, one));
}

bool exclude_each_other(std::string_view one, std::string_view other) {
    const auto first = Address::parse(one);
    const auto second = Address::parse(other);
    return first && second ? exclude_each_other(*first, *second) : one == other;
}

} // namespace hotreload
