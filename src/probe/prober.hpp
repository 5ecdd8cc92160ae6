// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Asks services whether they are ready, until they are. An answer counts only when a process of the
// unit gave it: another generation may listen at the same socket. Where that cannot be told,
// because the listener is on another machine or we may not look, the answer is taken as it is.

#include "base/fd.hpp"
#include "core/probe.hpp"
#include "core/units_port.hpp"
#include "os/event_loop.hpp"
#include "probe/acceptor.hpp"
#include "probe/unit_processes.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace hotreload::probe {

class Prober final : public Probes {
public:
    using ProcessesOf = std::function<std::vector<pid_t>(const std::string&, const UnitState&)>;

    // The loop and the units outlive it, and it outlives its tasks.
    Prober(os::EventLoop& loop, Units& units, ProcessesOf processes_of = unit_processes)
        : loop_(loop), units_(units), processes_of_(std::move(processes_of)) {}

    Task<Result<>> until_ready(ReadyProbe probe, ProbedUnit whom) override;

private:
    Task<Result<>> until_passed(const ReadyProbe& probe, const ProbedUnit& whom);
    Task<Result<>> try_command(const ReadyProbe& probe, const ProbedUnit& whom, Duration left);
    // Tries http and tcp.
    Task<Result<>> try_connecting(const ReadyProbe& probe, const ProbedUnit& whom);
    Task<Result<>> try_http(const ReadyProbe& probe, const ProbedUnit& whom, const Address& address,
                            Fd connection);
    Task<Result<>> try_tcp(const ReadyProbe& probe, const ProbedUnit& whom, Fd connection);
    // Waits for what becomes of a connection that is to be accepted.
    Task<ServerSide> until_accepted(int connection, bool speaks_first);
    // Busy: the unit may get the next one.
    [[nodiscard]] Result<> judge(const ServerSide& side, const ProbedUnit& whom) const;

    os::EventLoop& loop_;
    Units& units_;
    ProcessesOf processes_of_;
    std::uint64_t commands_ = 0; // run so far, for their names
};

} // namespace hotreload::probe
