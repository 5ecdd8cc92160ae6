// SPDX-License-Identifier: LGPL-2.1-or-later
#include "os/socket_holder.hpp"

#include "os/proc.hpp"
#include "os/socket_address.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <format>
#include <fstream>
#include <set>
#include <span>
#include <sstream>
#include <vector>

namespace hotreload::os {

namespace {

using Links = std::set<std::string>; // "socket:[1234]", as /proc/PID/fd has them

std::vector<std::string> words(const std::string& line, std::size_t count) {
    std::istringstream stream(line);
    std::vector<std::string> all;
    for (std::string word; all.size() < count && stream >> word;)
        all.push_back(std::move(word));
    if (all.size() == count)
        std::getline(stream >> std::ws, all.emplace_back()); // what is left is one
    return all;
}

// The host as the tables of /proc/net write it: words of 32 bits, each as the machine reads it.
std::string hex_host(const SocketAddress& address) {
    std::array<std::uint32_t, 4> numbers = {0, 0, 0, address.v4.sin_addr.s_addr};
    if (address.family() == AF_INET6)
        std::memcpy(numbers.data(), &address.v6.sin6_addr, sizeof numbers);
    std::string out;
    for (const auto number : std::span(numbers).subspan(address.family() == AF_INET6 ? 0 : 3))
        out += std::format("{:08X}", number);
    return out;
}

bool everywhere(std::string_view host) {
    return host.find_first_not_of('0') == std::string_view::npos;
}

// Two sockets of one port clash when they are in each other's way. An IPv6 socket may be on an IPv4
// address.
bool clash(std::string_view row, std::string_view wanted) {
    const auto v4_in_v6 = std::format("{:016X}{:08X}", 0, htonl(0xFFFF));
    if (row.starts_with(v4_in_v6))
        row.remove_prefix(v4_in_v6.size());
    return everywhere(row) || everywhere(wanted) || row == wanted;
}

// Reads a table of Internet sockets: "sl local remote state queues timer retransmits uid timeout
// inode".
void add_inet_links(const std::string& table, const SocketAddress& address, Links& listening,
                    Links& others) {
    constexpr std::size_t columns = 10;
    const auto host = hex_host(address);
    const auto port = std::format(
        "{:04X}", ntohs(address.family() == AF_INET6 ? address.v6.sin6_port : address.v4.sin_port));
    std::ifstream file(table);
    for (std::string line; std::getline(file, line);) {
        const auto row = words(line, columns);
        if (row.size() <= columns)
            continue;
        const std::string_view local = row[1];
        const auto colon = local.find(':');
        if (colon == std::string_view::npos || local.substr(colon + 1) != port ||
            !clash(local.substr(0, colon), host))
            continue;
        const bool waits = row[3] == "0A" || row[3] == "07"; // TCP_LISTEN; a UDP socket's TCP_CLOSE
        (waits ? listening : others).insert("socket:[" + row[9] + "]");
    }
}

Links inet_links(const SocketAddress& address) {
    const std::string table =
        address.type == SOCK_DGRAM ? "/proc/self/net/udp" : "/proc/self/net/tcp";
    Links listening, others;
    for (const auto* const version : {"", "6"})
        add_inet_links(table + version, address, listening, others);
    return listening.empty() ? others : listening; // a client's own port is in the way, too
}

// "Num: RefCount Protocol Flags Type St Inode Path". Connections have the path of their listener.
Links unix_links(const std::string& path) {
    constexpr std::size_t columns = 7;
    Links links;
    std::ifstream file("/proc/self/net/unix");
    for (std::string line; std::getline(file, line);) {
        const auto row = words(line, columns);
        if (row.size() <= columns || row[columns] != path)
            continue;
        const bool accepts = row[3] == "00010000"; // __SO_ACCEPTCON
        const bool stream = row[4] == "0001";
        if (accepts || !stream)
            links.insert("socket:[" + row[6] + "]");
    }
    return links;
}

bool has_open(const std::string& process, const Links& links) {
    std::error_code error;
    std::filesystem::directory_iterator file("/proc/" + process + "/fd", error);
    for (; !error && file != std::filesystem::directory_iterator(); file.increment(error)) {
        std::error_code gone;
        if (links.contains(std::filesystem::read_symlink(file->path(), gone).string()))
            return true;
    }
    return false;
}

SocketHolder holder(const std::string& process) {
    SocketHolder out{.pid = 0,
                     .comm = first_line("/proc/" + process + "/comm"),
                     .unit = innermost_unit(control_group(process))};
    std::from_chars(process.data(), process.data() + process.size(), out.pid);
    // A process gives itself the name that it likes.
    std::ranges::replace_if(out.comm, [](char c) { return c >= 0 && c < ' '; }, '?');
    return out;
}

} // namespace

std::optional<SocketHolder> holder_of(const std::string& text) {
    const auto address = Address::parse(text);
    if (!address)
        return std::nullopt;
    const auto links = address->inet() ? inet_links(socket_address(*address)) : unix_links(text);
    if (links.empty())
        return std::nullopt;
    std::optional<SocketHolder> keeper;
    for (const auto& process : process_ids()) {
        if (!has_open(process, links))
            continue;
        auto found = holder(process);
        if (found.pid != ::getpid() && found.comm != "systemd")
            return found;
        if (!keeper || keeper->comm == "systemd")
            keeper = std::move(found);
    }
    return keeper;
}

std::string innermost_unit(const std::string& control_group) {
    std::string unit;
    std::istringstream parts(control_group);
    for (std::string part; std::getline(parts, part, '/');)
        if (part.ends_with(".service") || part.ends_with(".scope"))
            unit = std::move(part);
    return unit;
}

} // namespace hotreload::os
