// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/port.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <filesystem>
#include <format>
#include <optional>

namespace hotreload {

namespace {

constexpr std::string_view kUdp = "udp:";
constexpr std::size_t kLongestUnixName = 107; // sun_path's 108, less a NUL at its end or beginning
constexpr std::size_t kLongestPortName = 64;
constexpr std::string_view kV4InV6 = "::ffff:";
constexpr auto kForms = "expected \"8080\", \"127.0.0.1:8080\", \"[::1]:8080\", \"udp:53\", "
                        "\"/run/NAME.sock\" or \"@NAME\"";

template <class... Args>
std::unexpected<Error> invalid(std::format_string<Args...> format, Args&&... args) {
    return fail(ErrorCode::Invalid, std::format(format, std::forward<Args>(args)...));
}

bool is_number(std::string_view text) {
    return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

bool legal_in_name(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("_-.").contains(c);
}

// What AF_INET or AF_INET6 writes for `host`; nothing when it is no address of that family.
std::optional<std::string> normal_host(int family, std::string_view host) {
    std::array<unsigned char, sizeof(in6_addr)> bytes = {};
    std::array<char, INET6_ADDRSTRLEN> text = {};
    if (::inet_pton(family, std::string(host).c_str(), bytes.data()) != 1 ||
        ::inet_ntop(family, bytes.data(), text.data(), text.size()) == nullptr)
        return std::nullopt;
    return std::string(text.data());
}

Result<std::string> parse_unix_path(std::string_view text) {
    std::string path = std::filesystem::path(text).lexically_normal().string();
    if (path.ends_with('/'))
        return invalid("\"{}\" names a directory: give the path of a socket in it", text);
    if (path.size() > kLongestUnixName)
        return invalid("\"{}\" has {} bytes; the path of a Unix socket has {} at most", path,
                       path.size(), kLongestUnixName);
    return path;
}

Result<std::string> parse_abstract_name(std::string_view text) {
    const auto length = text.size() - 1;
    if (length == 0)
        return invalid("\"@\" has no name: give \"@NAME\"");
    if (length > kLongestUnixName)
        return invalid("\"{}\" has {} bytes after the \"@\"; there may be {}", text, length,
                       kLongestUnixName);
    return std::string(text);
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

Result<std::string> parse_host(std::string_view host, std::string_view port) {
    if (host == "*")
        return "[::]";
    if (host.starts_with('[') && host.ends_with(']')) {
        const auto inner = host.substr(1, host.size() - 2);
        if (inner.contains('%'))
            return invalid("\"{}\" is bound to a network interface, which is not supported", host);
        const auto normal = normal_host(AF_INET6, inner);
        if (!normal)
            return invalid("\"{}\" is no IPv6 address", inner);
        // Who listens on it listens on the IPv4 address.
        if (normal->starts_with(kV4InV6) && normal->contains('.'))
            return normal->substr(kV4InV6.size());
        return std::format("[{}]", *normal);
    }
    if (auto normal = normal_host(AF_INET, host))
        return *std::move(normal);
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
Result<std::string> parse_inet(std::string_view text) {
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
    return parse_host(host, text.substr(colon + 1)).transform([&](const std::string& normal) {
        return std::format("{}:{}", normal, *number);
    });
}

} // namespace

Result<std::string> parse_port_address(std::string_view text) {
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
    return parse_inet(rest).transform(
        [&](const std::string& address) { return std::string(udp ? kUdp : "") + address; });
}

bool exclude_each_other(std::string_view one, std::string_view other) {
    if (one == other)
        return true;
    const auto inet = [](std::string_view address) {
        return !address.starts_with('/') && !address.starts_with('@');
    };
    if (!inet(one) || !inet(other) || one.starts_with(kUdp) != other.starts_with(kUdp))
        return false;
    const auto port = [](std::string_view address) { return address.substr(address.rfind(':')); };
    const auto covers = [](std::string_view all, std::string_view address) {
        if (all.starts_with(kUdp))
            all.remove_prefix(kUdp.size());
        return all.starts_with("[::]:") || // of all IPv4 addresses, too
               (all.starts_with("0.0.0.0:") && !address.contains('['));
    };
    return port(one) == port(other) && (covers(one, other) || covers(other, one));
}

std::string default_port_name(std::string_view address) {
    const bool udp = address.starts_with(kUdp);
    const bool path = address.starts_with('/');
    const bool abstract = address.starts_with('@');
    const auto start = path ? address.rfind('/') : abstract ? 0 : address.rfind(':');
    std::string name(address.substr(start + 1).substr(0, kLongestPortName));
    std::ranges::replace_if(name, [](char c) { return !legal_in_name(c); }, '_');
    return udp ? "udp-" + name : name;
}

bool valid_port_name(std::string_view name) {
    return !name.empty() && name.size() <= kLongestPortName &&
           std::ranges::all_of(name, legal_in_name);
}

} // namespace hotreload
