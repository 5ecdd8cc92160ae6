// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/service_sockets.hpp"

#include "core/names.hpp"
#include "os/fd_store.hpp"
#include "os/socket_address.hpp"

#include <unistd.h>

#include <algorithm>
#include <format>

namespace hotreload::daemon {

namespace {

struct StoredName {
    std::string project;
    std::string service;
    std::string port; // may have dots

    [[nodiscard]] std::string text() const {
        return std::format("{}.{}.{}", project, service, port);
    }
};

std::optional<StoredName> parse_stored_name(const std::string& text) {
    const auto first = text.find('.');
    const auto second = first == std::string::npos ? first : text.find('.', first + 1);
    if (second == std::string::npos)
        return std::nullopt;
    StoredName name{.project = text.substr(0, first),
                    .service = text.substr(first + 1, second - first - 1),
                    .port = text.substr(second + 1)};
    if (!valid_name(name.project) || !valid_name(name.service) || !valid_port_name(name.port))
        return std::nullopt;
    return name;
}

} // namespace

bool ServiceSockets::Socket::file_is_there() const {
    return !of_file() || (file && os::socket_file(address) == file);
}

void ServiceSockets::Socket::remove_file() const {
    if (of_file() && file)
        (void)os::remove_socket_file(address, *file); // another's stays
}

void ServiceSockets::adopt(std::vector<os::NamedFd> fds) {
    std::set<std::string> not_ours;
    for (auto& [name, fd] : fds) {
        const auto meaning = parse_stored_name(name);
        auto address = os::address_of(fd.get());
        if (!meaning || address.empty() || find(meaning->project, address)) {
            not_ours.insert(name);
            continue;
        }
        auto& socket = sockets_.emplace_back();
        socket.project = meaning->project;
        socket.address = std::move(address);
        socket.fd = std::move(fd);
        socket.file = os::socket_file(socket.address);
        socket.names = {{meaning->service, meaning->port}};
        socket.stored = name;
    }
    renew(not_ours);
}

Result<std::vector<ServiceSocket>> ServiceSockets::open(const std::string& project,
                                                        const std::string& service,
                                                        const std::vector<PortDefinition>& ports) {
    std::vector<Socket> opened;
    for (const auto& port : ports) {
        const auto* const there = find(project, os::bound_address(port.address));
        Result<> done;
        if (there != nullptr && there->file_is_there()) {
            done = os::give_access(port);
            if (!done && done.error().code == ErrorCode::TimedOut)
                done = {}; // it has the owner that it was made with
        } else {
            done = make(project, service, port).transform([&](Socket socket) {
                opened.push_back(std::move(socket));
            });
        }
        if (!done) {
            undo(opened);
            return std::unexpected(in_our_words(std::move(done).error(), port.address));
        }
    }
    for (auto& socket : opened) {
        auto* const lost = find(project, socket.address);
        if (lost == nullptr) {
            sockets_.push_back(std::move(socket));
            continue;
        }
        lost->fd = std::move(socket.fd);
        lost->file = socket.file;
        renew({std::exchange(lost->stored, socket.stored), socket.stored});
    }
    std::vector<ServiceSocket> sockets;
    for (const auto& port : ports) {
        auto& socket = *find(project, os::bound_address(port.address));
        socket.names[service] = port.name;
        sockets.push_back({.name = port.name, .fd = socket.fd.get()});
    }
    return sockets;
}

void ServiceSockets::keep_only(const std::string& project, const std::string& service,
                               const std::vector<PortDefinition>& ports) {
    std::map<std::string, const PortDefinition*> kept;
    for (const auto& port : ports)
        kept.emplace(os::bound_address(port.address), &port);
    std::set<std::string> changed;
    for (auto& socket : sockets_) {
        const auto name = socket.names.find(service);
        if (socket.project != project || name == socket.names.end())
            continue;
        if (const auto port = kept.find(socket.address); port == kept.end()) {
            socket.names.erase(name);
        } else {
            name->second = port->second->name;
            if (socket.file_is_there())
                (void)os::give_access(*port->second); // it was given once: open() told
        }
        std::set<std::string> possible;
        for (const auto& [user, port] : socket.names)
            possible.insert(StoredName{project, user, port}.text());
        if (!possible.contains(socket.stored)) {
            changed.insert(socket.stored);
            socket.stored = possible.empty() ? "" : *possible.begin();
            changed.insert(socket.stored);
        }
    }
    std::erase_if(sockets_, [this](const Socket& socket) {
        if (!socket.names.empty())
            return false;
        socket.remove_file();
        given_up_.insert(socket.address);
        return true;
    });
    changed.erase("");
    renew(changed);
}

std::vector<std::pair<std::string, std::string>> ServiceSockets::services() const {
    std::set<std::pair<std::string, std::string>> all;
    for (const auto& socket : sockets_)
        for (const auto& [service, name] : socket.names)
            all.emplace(socket.project, service);
    return {all.begin(), all.end()};
}

ServiceSockets::Socket* ServiceSockets::find(const std::string& project,
                                             const std::string& address) {
    const auto found = std::ranges::find_if(sockets_, [&](const Socket& socket) {
        return socket.project == project && socket.address == address;
    });
    return found == sockets_.end() ? nullptr : &*found;
}

Result<ServiceSockets::Socket> ServiceSockets::make(const std::string& project,
                                                    const std::string& service,
                                                    const PortDefinition& port) {
    auto fd = listen(port);
    if (!fd)
        return std::unexpected(std::move(fd).error());
    Socket socket{.project = project,
                  .address = os::bound_address(port.address),
                  .fd = *std::move(fd),
                  .file = os::socket_file(port.address),
                  .names = {{service, port.name}},
                  .stored = StoredName{project, service, port.name}.text()};
    if (auto stored = os::store_fd(socket.stored, socket.fd.get()); !stored) {
        socket.remove_file();
        return std::unexpected(std::move(stored).error());
    }
    return socket;
}

// An address that we have just given up may be in our own way: the manager closes its copy of the
// socket some time after it has read that it is to.
Result<Fd> ServiceSockets::listen(const PortDefinition& port) {
    constexpr int enough = 50;
    auto fd = os::open_listening_socket(port);
    const auto given_up = std::erase_if(given_up_, [&](const std::string& address) {
        return exclude_each_other(address, os::bound_address(port.address));
    });
    if (given_up == 0)
        return fd;
    const auto in_use = [&] { return !fd && fd.error().code == ErrorCode::Busy; };
    for (int i = 0; i < enough && in_use() && os::wait_for_store(); ++i)
        fd = os::open_listening_socket(port);
    return fd;
}

void ServiceSockets::undo(const std::vector<Socket>& opened) {
    std::set<std::string> names;
    for (const auto& socket : opened) {
        socket.remove_file();
        given_up_.insert(socket.address);
        names.insert(socket.stored);
    }
    renew(names);
}

// All are removed before any is stored: the store does not take what it has under another name. A
// manager that does not listen is no reason to do anything else.
void ServiceSockets::renew(const std::set<std::string>& names) {
    for (const auto& name : names)
        (void)os::remove_stored_fd(name);
    for (const auto& socket : sockets_)
        if (names.contains(socket.stored))
            (void)os::store_fd(socket.stored, socket.fd.get());
}

Error ServiceSockets::in_our_words(Error error, const std::string& address) const {
    const auto holder = std::ranges::find_if(sockets_, [&](const Socket& socket) {
        return exclude_each_other(socket.address, os::bound_address(address));
    });
    if (error.code == ErrorCode::Busy && holder != sockets_.end())
        error.message = std::format(
            "{} is in use by {}.{}{}", address, holder->project, holder->names.begin()->first,
            holder->address == address ? "" : std::format(" as {}", holder->address));
    return error;
}

} // namespace hotreload::daemon
