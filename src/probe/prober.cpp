// SPDX-License-Identifier: LGPL-2.1-or-later
#include "probe/prober.hpp"

#include "base/completion.hpp"
#include "core/names.hpp"
#include "core/validator_output.hpp"
#include "probe/connect.hpp"
#include "probe/http_get.hpp"

#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <format>
#include <optional>

namespace hotreload::probe {

namespace {

using namespace std::chrono_literals;

constexpr Duration kTryLimit = 5s;       // of a connection with its answer
constexpr Duration kAcceptLimit = 500ms; // of the wait for somebody to accept it
constexpr Duration kNextLook = 3ms;      // in it
constexpr Duration kNextConnection = 10ms;

template <class T, class Resolver>
Task<> resolve_with(Task<T> task, Resolver resolve) {
    resolve(co_await std::move(task));
}

// `task`, unless it takes longer: then it is destroyed where it waits.
template <class T>
Task<std::optional<T>> within(os::EventLoop& loop, Duration limit, Task<T> task) {
    Completion<std::optional<T>> end(loop);
    os::Timer timer(loop);
    timer.arm(limit, [resolve = end.resolver()] { resolve(std::nullopt); });
    TaskScope scope;
    scope.spawn(resolve_with(std::move(task), end.resolver()));
    co_return co_await end;
}

Task<> resolve_when_broken(Units& units, std::string unit, Completion<Result<>>::Resolver resolve) {
    if (auto result = co_await units.stays_active(std::move(unit), kInfinity, {}); !result)
        resolve(std::move(result)); // one that has done its work may be ready all the same
}

const std::string& what_is_asked(const ReadyProbe& probe) {
    return probe.http.empty() ? probe.tcp : probe.http;
}

} // namespace

Task<Result<>> Prober::until_ready(ReadyProbe probe, ProbedUnit whom) {
    Completion<Result<>> end(loop_);
    TaskScope scope;
    scope.spawn(resolve_when_broken(units_, whom.unit, end.resolver()));
    scope.spawn(resolve_with(until_passed(probe, whom), end.resolver()));
    co_return co_await end;
}

Task<Result<>> Prober::until_passed(const ReadyProbe& probe, const ProbedUnit& whom) {
    const auto start = loop_.now();
    const auto left = [&] { return probe.timeout - (loop_.now() - start); };
    std::string last;
    while (left() > 0us) {
        Result<> passed;
        if (!probe.command.empty())
            passed = co_await try_command(probe, whom, left());
        else
            passed =
                (co_await within(loop_, std::min(kTryLimit, left()), try_connecting(probe, whom)))
                    .value_or(fail(ErrorCode::TimedOut,
                                   std::format("{}: no answer", what_is_asked(probe))));
        if (passed)
            co_return passed;
        // A try that had less time than it needs says less than those before it.
        const bool cut_off = passed.error().code == ErrorCode::TimedOut && left() <= 0us;
        if (last.empty() || !cut_off)
            last = passed.error().message;
        const auto pause =
            passed.error().code == ErrorCode::Busy ? kNextConnection : probe.interval;
        if (left() > 0us)
            co_await os::wait_for(loop_, std::min(pause, left()));
    }
    co_return fail(ErrorCode::TimedOut,
                   std::format("not ready within {}: {}", format_duration(probe.timeout), last));
}

Task<Result<>> Prober::try_command(const ReadyProbe& probe, const ProbedUnit& whom, Duration left) {
    CommandRequest request{
        .unit = helper_unit(whom.project, whom.service, "ready", std::to_string(++commands_)),
        .slice = whom.slice,
        .description = std::format("hotreload: ready {}/{}", whom.project, whom.service),
        .command = probe.command,
        .env = whom.env,
        .working_dir = whom.working_dir,
        .user = whom.user,
        .timeout = left,
    };
    const auto result = co_await units_.run_command(std::move(request));
    if (!result)
        co_return std::unexpected(result.error());
    if (!result->ok)
        co_return fail(ErrorCode::Failed,
                       to_string(problem_in_output(*result, probe.command.front(),
                                                   [](auto) { return std::nullopt; })));
    co_return Result<>();
}

Task<Result<>> Prober::try_connecting(const ReadyProbe& probe, const ProbedUnit& whom) {
    const auto addresses = probe.http.empty()
                               ? Address::parse(probe.tcp).transform(connect_addresses)
                               : probe_addresses(probe.http);
    if (!addresses)
        co_return std::unexpected(addresses.error());
    Result<Fd> connection = fail(ErrorCode::Invalid, "there is no address");
    Address connected_to;
    for (const auto& address : *addresses) {
        connected_to = address;
        connection = co_await connect_to(loop_, address);
        if (connection)
            break;
    }
    if (!connection)
        co_return std::unexpected(std::move(connection).error().in_context(what_is_asked(probe)));
    if (probe.http.empty())
        co_return co_await try_tcp(probe, whom, *std::move(connection));
    co_return co_await try_http(probe, whom, connected_to, *std::move(connection));
}

Task<Result<>> Prober::try_tcp(const ReadyProbe& probe, const ProbedUnit& whom, Fd connection) {
    auto accepted = judge(co_await until_accepted(connection.get(), false), whom);
    if (!accepted)
        co_return std::unexpected(std::move(accepted).error().in_context(probe.tcp));
    co_return accepted;
}

// The other end is looked at first, for it may close the connection as soon as it has answered.
// An end that wants to hear something before it accepts is looked at again; when it has gone by
// then, nobody can tell whose it was.
Task<Result<>> Prober::try_http(const ReadyProbe& probe, const ProbedUnit& whom,
                                const Address& address, Fd connection) {
    const auto side = co_await until_accepted(connection.get(), true);
    auto accepted = side.state == ServerSide::State::Deferred ? Result<>() : judge(side, whom);
    if (!accepted)
        co_return std::unexpected(std::move(accepted).error().in_context(probe.http));
    Fd copy(::fcntl(connection.get(), F_DUPFD_CLOEXEC, 0));
    if (!copy)
        co_return fail_errno(errno, probe.http);
    auto status = co_await http_get(loop_, probe.http, address.text(), std::move(copy));
    if (!status)
        co_return std::unexpected(std::move(status).error().in_context(probe.http));
    if (side.state == ServerSide::State::Deferred)
        if (const auto now = server_side(connection.get());
            now.state == ServerSide::State::Accepted)
            accepted = judge(now, whom);
    if (!accepted)
        co_return std::unexpected(std::move(accepted).error().in_context(probe.http));
    if (*status < 200 || *status > 399)
        co_return fail(ErrorCode::Failed, std::format("{} answered {}", probe.http, *status));
    co_return accepted;
}

Task<ServerSide> Prober::until_accepted(int connection, bool speaks_first) {
    const auto start = loop_.now();
    for (;;) {
        const auto side = server_side(connection);
        const bool waits = side.state == ServerSide::State::Queued ||
                           (side.state == ServerSide::State::Deferred && !speaks_first);
        if (!waits || loop_.now() - start >= kAcceptLimit)
            co_return side;
        co_await os::wait_for(loop_, kNextLook);
    }
}

Result<> Prober::judge(const ServerSide& side, const ProbedUnit& whom) const {
    switch (side.state) {
    case ServerSide::State::Accepted: {
        const auto processes = processes_of_(whom.unit, units_.state(whom.unit));
        if (!have_open(processes, side.socket).value_or(true))
            return fail(ErrorCode::Busy, "another process answers, not the service's");
        return {};
    }
    case ServerSide::State::Queued:
    case ServerSide::State::Deferred:
        return fail(ErrorCode::Failed, "connected, but nobody accepted");
    case ServerSide::State::Closed:
        return fail(ErrorCode::Failed, "the connection was closed at once");
    case ServerSide::State::Unknown:
        break;
    }
    return {};
}

} // namespace hotreload::probe
