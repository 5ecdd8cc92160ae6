// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// The ports that a transaction acts through, in memory.

#include "core/port.hpp"
#include "core/probe.hpp"
#include "core/sockets_port.hpp"
#include "core/views_port.hpp"
#include "fake_units.hpp"

#include <algorithm>
#include <map>
#include <string>
#include <vector>

namespace hotreload::test {

class FakeSockets final : public Sockets {
public:
    std::map<std::string, std::vector<std::string>> opened; // by service: addresses
    std::map<std::string, std::string> taken;               // by address: why it cannot be had

    Result<std::vector<ServiceSocket>> open(const std::string&, const std::string& service,
                                            const std::vector<PortDefinition>& ports) override {
        std::vector<ServiceSocket> sockets;
        for (const auto& port : ports) {
            if (taken.contains(port.address))
                return fail(ErrorCode::Busy, taken[port.address]);
            if (const auto other = in_the_way(port.address); !other.empty())
                return fail(ErrorCode::Busy, port.address + " is in use as " + other);
        }
        for (const auto& port : ports) {
            if (!std::ranges::contains(opened[service], port.address))
                opened[service].push_back(port.address);
            sockets.push_back({port.name, 3});
        }
        return sockets;
    }
    void keep_only(const std::string&, const std::string& service,
                   const std::vector<PortDefinition>& ports) override {
        std::erase_if(opened[service], [&](const auto& address) {
            return !std::ranges::contains(ports, address, &PortDefinition::address);
        });
    }
    std::vector<std::pair<std::string, std::string>> services() const override { return {}; }

private:
    std::string in_the_way(const std::string& address) const {
        for (const auto& [service, addresses] : opened)
            for (const auto& other : addresses)
                if (other != address && exclude_each_other(other, address))
                    return other;
        return "";
    }
};

class FakeProbes final : public Probes {
public:
    std::map<std::string, std::string> not_ready; // by unit: why
    std::vector<std::string> asked;

    Task<Result<>> until_ready(ReadyProbe, ProbedUnit whom) override {
        asked.push_back(whom.unit);
        if (not_ready.contains(whom.unit))
            co_return fail(ErrorCode::TimedOut, not_ready[whom.unit]);
        co_return Result<>{};
    }
};

class FakeViews final : public Views {
public:
    std::map<std::string, Snapshot> shown; // by name
    std::vector<std::string> made;
    bool moved_on = false;
    std::string target = "/etc/app"; // of all of them

    Task<Result<View>> make(std::string name, std::vector<WatchDefinition>, Snapshot snapshot,
                            Kept) override {
        if (moved_on)
            co_return fail(ErrorCode::Busy, "a file has changed meanwhile");
        made.push_back(name);
        shown[name] = std::move(snapshot);
        co_return *find(name);
    }
    Task<Result<>> update(std::string name, std::vector<WatchDefinition>, Snapshot snapshot,
                          Kept) override {
        shown[name] = std::move(snapshot);
        co_return Result<>{};
    }
    std::optional<View> find(const std::string& name) override {
        if (!shown.contains(name))
            return std::nullopt;
        return View{"/views/" + name, {{"/views/" + name + "/etc", target}}};
    }
    void remove(const std::string& name) override { shown.erase(name); }
    std::vector<std::string> names() const override {
        std::vector<std::string> all;
        for (const auto& [name, unused] : shown)
            all.push_back(name);
        return all;
    }
};

} // namespace hotreload::test
