// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Measures the time from the entry of close(2) of a saved file to the receipt of SIGHUP by the
// service that lives by that file. Contestants come on standard input (contestant.hpp).
//
//   save_to_reload SOCKET ROUNDS GAP_MS
//
// Rounds are interleaved: in each round every contestant whose turn it is saves once, in an order
// that is shuffled anew, and always after the same idle gap, so that a busy moment of the machine
// and the neighbour before hit all alike. A missing or a surplus signal is a failure, a slow one is
// not.
#include "contestant.hpp"

extern "C" {
#include "receipt.h"
}

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <systemd/sd-bus.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <iostream>
#include <random>
#include <stdexcept>
#include <system_error>
#include <thread>

namespace hotreload::bench {

namespace {

using namespace std::chrono_literals;

constexpr unsigned kWarmUp = 5; // rounds of everybody that are not counted
constexpr auto kDeadline = 10s;

[[noreturn]] void fail(int error, const std::string& what) {
    throw std::system_error(error, std::generic_category(), what);
}

class Receipts {
public:
    explicit Receipts(const char* path)
        : socket_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) {
        sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = {}};
        if (std::strlen(path) >= sizeof address.sun_path)
            fail(ENAMETOOLONG, path);
        std::strcpy(address.sun_path, path);
        ::unlink(path);
        if (::bind(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) < 0)
            fail(errno, path);
    }

    // False when there is none in time.
    bool next(receipt& receipt, std::chrono::milliseconds timeout) const {
        pollfd wait = {socket_, POLLIN, 0};
        if (::poll(&wait, 1, static_cast<int>(timeout.count())) <= 0)
            return false;
        return ::recv(socket_, &receipt, sizeof receipt, 0) == sizeof receipt;
    }

private:
    int socket_;
};

// Whether the manager still works on a unit.
class Manager {
public:
    Manager() {
        if (const int error = sd_bus_open_system(&bus_); error < 0)
            fail(-error, "system bus");
    }

    bool active(const std::string& unit) {
        char* path = nullptr;
        char* state = nullptr;
        int error = sd_bus_path_encode("/org/freedesktop/systemd1/unit", unit.c_str(), &path);
        if (error >= 0)
            error = sd_bus_get_property_string(bus_, "org.freedesktop.systemd1", path,
                                               "org.freedesktop.systemd1.Unit", "ActiveState",
                                               nullptr, &state);
        if (error < 0)
            fail(-error, unit);
        const bool active = std::strcmp(state, "active") == 0;
        std::free(state);
        std::free(path);
        return active;
    }

private:
    sd_bus* bus_ = nullptr;
};

// In place, as `echo >file` does; close(2) is what tells a watcher that the file is whole.
std::int64_t save(const std::string& file, unsigned round) {
    std::string content = "# saved by the benchmark\nround = " + std::to_string(round) + "\n";
    while (content.size() < 2000)
        content += "key" + std::to_string(content.size()) + " = some value of usual length\n";
    const int fd = ::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (fd < 0 || ::write(fd, content.data(), content.size()) != std::ssize(content))
        fail(errno, file);
    const std::int64_t before = monotonic_ns();
    ::close(fd);
    return before;
}

Microseconds measure(const Contestant& contestant, const Receipts& receipts, unsigned round) {
    const std::int64_t saved = save(contestant.file, round);
    receipt receipt = {};
    if (!receipts.next(receipt, kDeadline))
        throw std::runtime_error(contestant.label + ": no SIGHUP within the deadline");
    if (contestant.name != receipt.name)
        throw std::runtime_error(contestant.label + " saved, but SIGHUP was sent to " +
                                 receipt.name);
    return std::chrono::nanoseconds(receipt.monotonic_ns - saved);
}

// Everybody is done and the same time goes by.
void idle(const Contestant& contestant, const Receipts& receipts, Manager& manager,
          std::chrono::milliseconds gap) {
    for (auto left = kDeadline / 1ms; !manager.active(contestant.unit); --left) {
        if (left == 0)
            throw std::runtime_error(contestant.unit + " is not active again");
        std::this_thread::sleep_for(1ms);
    }
    std::this_thread::sleep_for(gap);
    receipt surplus = {};
    if (receipts.next(surplus, 0ms))
        throw std::runtime_error("after " + contestant.label + ": a surplus SIGHUP to " +
                                 surplus.name);
}

void run(std::vector<Contestant>& contestants, const Receipts& receipts, unsigned rounds,
         std::chrono::milliseconds gap) {
    Manager manager;
    std::mt19937 random(1); // the same order in every run
    std::vector<Contestant*> order;
    for (Contestant& contestant : contestants)
        order.push_back(&contestant);
    for (unsigned round = 0; round < kWarmUp + rounds; ++round) {
        std::ranges::shuffle(order, random);
        for (Contestant* contestant : order) {
            const bool counts = round >= kWarmUp;
            if (counts && (round - kWarmUp) % contestant->every != 0)
                continue;
            const Microseconds taken = measure(*contestant, receipts, round);
            if (counts)
                contestant->samples.push_back(taken - contestant->less);
            idle(*contestant, receipts, manager, gap);
        }
    }
}

} // namespace

} // namespace hotreload::bench

int main(int argc, char** argv) {
    using namespace hotreload::bench;
    if (argc != 4) {
        std::cerr << "usage: save_to_reload SOCKET ROUNDS GAP_MS <CONTESTANTS\n";
        return 2;
    }
    try {
        auto contestants = read_contestants(std::cin);
        const Receipts receipts(argv[1]);
        const auto gap = std::chrono::milliseconds(std::stoul(argv[3]));
        run(contestants, receipts, static_cast<unsigned>(std::stoul(argv[2])), gap);
        std::cout << report(contestants);
    } catch (const std::exception& error) {
        std::cerr << "save_to_reload: " << error.what() << '\n';
        return 1;
    }
    return 0;
}
