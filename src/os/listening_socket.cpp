// SPDX-License-Identifier: LGPL-2.1-or-later
#include "os/listening_socket.hpp"

#include "base/fault.hpp"
#include "os/accounts.hpp"
#include "os/socket_address.hpp"
#include "os/socket_holder.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <filesystem>
#include <format>

namespace hotreload::os {

namespace {

constexpr int kBacklog = 4096; // SOMAXCONN of kernels since 5.4
constexpr mode_t kPermissions = 0777;
constexpr int kPrivilegedPorts = 1024;

bool in_file_system(const std::string& address) {
    return address.starts_with('/');
}

// Files get their mode as they are made: a chmod afterwards leaves a moment in between.
class Umask {
public:
    explicit Umask(mode_t mask) : before_(::umask(mask)) {}
    Umask(const Umask&) = delete;
    Umask& operator=(const Umask&) = delete;
    ~Umask() { ::umask(before_); }

private:
    mode_t before_;
};

std::unexpected<Error> in_use(const std::string& address) {
    const auto holder = holder_of(address);
    if (!holder)
        return fail(ErrorCode::Busy, address + " is in use by another process");
    return fail(ErrorCode::Busy,
                std::format("{} is in use by {} (PID {}{}{})", address, holder->comm, holder->pid,
                            holder->unit.empty() ? "" : ", ", holder->unit));
}

int number_of(const SocketAddress& address) {
    if (address.family() == AF_INET)
        return ntohs(address.v4.sin_port);
    return address.family() == AF_INET6 ? ntohs(address.v6.sin6_port) : 0;
}

std::unexpected<Error> refused(const std::string& text, const SocketAddress& address, int error) {
    const int number = number_of(address);
    if (error == EADDRINUSE)
        return in_use(text);
    if (error == EADDRNOTAVAIL)
        return fail(ErrorCode::Failed, text + ": this machine does not have that address");
    if (error == EAFNOSUPPORT)
        return fail(ErrorCode::Failed, text + ": the kernel has no IPv6");
    if (error == EACCES && number > 0 && number < kPrivilegedPorts)
        return fail(ErrorCode::NotAuthorized,
                    std::format("{}: port {} is privileged: use one from {} up, the system "
                                "instance, or the sysctl net.ipv4.ip_unprivileged_port_start={}",
                                text, number, kPrivilegedPorts, number));
    if (error == ENOENT && in_file_system(text))
        return fail(ErrorCode::NotFound,
                    std::format("{}: there is no directory {}", text,
                                std::filesystem::path(text).parent_path().string()));
    return fail_errno(error, "listening on " + text);
}

void set_options(int fd, const SocketAddress& address) {
    const auto set = [&](int level, int name, int value) {
        ::setsockopt(fd, level, name, &value, sizeof value);
    };
    const bool inet = address.family() != AF_UNIX;
    if (inet && address.type == SOCK_STREAM)
        set(SOL_SOCKET, SO_REUSEADDR, 1); // connections of before may still be in TIME_WAIT
    if (address.family() == AF_INET6)
        set(IPPROTO_IPV6, IPV6_V6ONLY, IN6_IS_ADDR_UNSPECIFIED(&address.v6.sin6_addr) ? 0 : 1);
}

int bind_with_mode(int fd, const SocketAddress& address, mode_t mode) {
    const Umask umask(~mode & kPermissions);
    return ::bind(fd, &address.any, address.size) < 0 ? errno : 0;
}

Result<> remove_stale(const std::string& path, const SocketAddress& address) {
    const auto file = socket_file(path);
    if (!file) // a connect would say ECONNREFUSED of any file
        return fail(ErrorCode::Busy, path + " is there already, and is not a socket");
    const Fd probe(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (::connect(probe.get(), &address.any, address.size) == 0 || errno != ECONNREFUSED)
        return in_use(path);
    return remove_socket_file(path, *file);
}

// The file that bind(2) has just made. Who can write its directory may have put another there, but
// none that is ours.
std::optional<SocketFile> bound_file(const std::string& path) {
    struct stat status = {};
    if (::lstat(path.c_str(), &status) < 0 || !S_ISSOCK(status.st_mode) ||
        status.st_uid != ::geteuid())
        return std::nullopt;
    return SocketFile{status.st_dev, status.st_ino};
}

// An errno; 0 when it is bound.
Result<int> bind_socket(int fd, const SocketAddress& address, const PortDefinition& port) {
    const int error = bind_with_mode(fd, address, port.mode);
    if (error != EADDRINUSE || !in_file_system(port.address))
        return error;
    return remove_stale(port.address, address).transform([&] {
        return bind_with_mode(fd, address, port.mode);
    });
}

struct Owner {
    uid_t user = static_cast<uid_t>(-1); // -1: as it is
    gid_t group = static_cast<gid_t>(-1);
};

std::unexpected<Error> unfound(SystemAccounts::Unfound why, std::string_view kind,
                               const std::string& name) {
    if (why == SystemAccounts::Unfound::Absent)
        return fail(ErrorCode::NotFound, std::format("there is no {} \"{}\"", kind, name));
    return fail(ErrorCode::TimedOut,
                std::format("{} \"{}\" could not be looked up yet", kind, name));
}

// A user brings the primary group along, as with SocketUser=. TimedOut: it is not known yet.
Result<Owner> owner_of(const PortDefinition& port) {
    auto& accounts = system_accounts();
    Owner owner{.user = ::geteuid()};
    if (!port.user.empty()) {
        const auto id = accounts.user_id(port.user);
        if (!id)
            return unfound(id.error(), "user", port.user);
        owner.user = *id;
        const auto account = accounts.user(port.user);
        if (!account && account.error() == SystemAccounts::Unfound::Unknown && port.group.empty())
            return unfound(account.error(), "user", port.user);
        if (account) // a number may have none
            owner.group = account->primary;
    }
    if (!port.group.empty()) {
        const auto id = accounts.group_id(port.group);
        if (!id)
            return unfound(id.error(), "group", port.group);
        owner.group = *id;
    }
    return owner;
}

} // namespace

Result<Fd> open_listening_socket(const PortDefinition& port) {
    const auto parsed = Address::parse(bound_address(port.address));
    if (!parsed)
        return std::unexpected(parsed.error());
    const auto address = socket_address(*parsed);
    if (const int error = fault::point("listen"))
        return refused(port.address, address, error);
    Fd fd(::socket(address.family(), address.type | SOCK_CLOEXEC, 0));
    if (!fd)
        return refused(port.address, address, errno);
    set_options(fd.get(), address);
    const auto bound = bind_socket(fd.get(), address, port);
    if (!bound)
        return std::unexpected(bound.error());
    if (*bound != 0)
        return refused(port.address, address, *bound);
    const auto file = in_file_system(port.address) ? bound_file(port.address) : std::nullopt;
    if (auto given = give_access(port); !given) {
        if (file)
            (void)remove_socket_file(port.address, *file); // as well as we may
        return std::unexpected(std::move(given).error());
    }
    if (address.type == SOCK_STREAM && ::listen(fd.get(), kBacklog) < 0)
        return refused(port.address, address, errno);
    return fd;
}

Result<> give_access(const PortDefinition& port) {
    if (!in_file_system(port.address))
        return {};
    const auto owner = owner_of(port);
    if (!owner)
        return std::unexpected(owner.error());
    const Fd file(::open(port.address.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
    struct stat status = {};
    if (!file || ::fstat(file.get(), &status) < 0)
        return fail_errno(errno, port.address);
    if (!S_ISSOCK(status.st_mode)) // somebody replaced it: what is there is not ours to give
        return fail(ErrorCode::Busy, port.address + " is not a socket any more");
    const bool other_owner =
        status.st_uid != owner->user ||
        (owner->group != static_cast<gid_t>(-1) && status.st_gid != owner->group);
    if (other_owner && ::fchownat(file.get(), "", owner->user, owner->group, AT_EMPTY_PATH) < 0)
        return fail_errno(errno, std::format("giving {} to {}{}{}", port.address, port.user,
                                             port.group.empty() ? "" : ":", port.group));
    const auto path = std::format("/proc/self/fd/{}", file.get()); // fchmod refuses O_PATH
    if ((status.st_mode & kPermissions) != port.mode && ::chmod(path.c_str(), port.mode) < 0)
        return fail_errno(errno, std::format("setting the mode of {}", port.address));
    return {};
}

std::optional<SocketFile> socket_file(const std::string& path) {
    struct stat status = {};
    if (::lstat(path.c_str(), &status) < 0 || !S_ISSOCK(status.st_mode))
        return std::nullopt;
    return SocketFile{status.st_dev, status.st_ino};
}

Result<> remove_socket_file(const std::string& path, const SocketFile& file) {
    if (socket_file(path) != file)
        return fail(ErrorCode::Busy, path + " has been replaced meanwhile");
    if (::unlink(path.c_str()) < 0)
        return fail_errno(errno, "removing " + path);
    return {};
}

} // namespace hotreload::os
