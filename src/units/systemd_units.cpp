// SPDX-License-Identifier: LGPL-2.1-or-later
#include "units/systemd_units.hpp"

#include "core/published_files_port.hpp"
#include "units/object_path.hpp"

#include <algorithm>
#include <cstdlib>
#include <format>
#include <fstream>
#include <iterator>
#include <ranges>

namespace hotreload::units {

namespace {

std::filesystem::path drop_in_directory(Mode mode) {
    if (mode == Mode::System)
        return "/run/systemd/system";
    const char* run_time = std::getenv("XDG_RUNTIME_DIR");
    return std::filesystem::path(run_time ? run_time : "/nonexistent") / "systemd/user";
}

std::string boot_id() {
    std::string id;
    std::ifstream("/proc/sys/kernel/random/boot_id") >> id;
    return id;
}

constexpr const char* kFromManager = "type='signal',sender='org.freedesktop.systemd1',";

} // namespace

SystemdUnits::SystemdUnits(os::EventLoop& loop, sdbus::IConnection& connection, Mode mode,
                           const std::filesystem::path& run_time_directory)
    : loop_(loop),
      connection_(connection),
      mode_(mode),
      drop_ins_(drop_in_directory(mode)),
      environments_(run_time_directory / "environment"),
      published_(run_time_directory / kPublishedDirectory),
      line_(loop),
      manager_(sdbus::createProxy(connection, sdbus::ServiceName(kService),
                                  sdbus::ObjectPath(kManagerPath))) {
    jobs_.on_ended = [this](const std::string& unit, const std::string& result, bool ours) {
        on_job_end(unit, result, ours);
    };
}

Task<Result<>> SystemdUnits::connect() {
    if (auto matched = guarded([this] { on_signals(); }); !matched)
        co_return std::unexpected(
            to_error(matched.error()).in_context("listening to the service manager"));
    if (auto subscribed = co_await subscribe(); !subscribed)
        co_return subscribed;
    if (environments_.any())
        if (const auto loaded = co_await list("hotreload-*"))
            environments_.keep_only(*loaded);
    co_return Result<>();
}

// The broker works off one connection's messages in order, so that the matches are in force before
// any call that is sent after them: nobody has to wait for them.
void SystemdUnits::on_signals() {
    match_manager("JobRemoved", &SystemdUnits::on_job_removed);
    match_manager("UnitRemoved", &SystemdUnits::on_unit_removed);
    match_manager("Reloading", &SystemdUnits::on_reloading);
    // One match serves all units: a bus allows a connection only some hundreds of matches.
    match(std::format("{}path_namespace='{}/unit',interface='{}',member='PropertiesChanged'",
                      kFromManager, kManagerPath, kProperties),
          &SystemdUnits::on_properties_changed);
    match(std::format("type='signal',sender='org.freedesktop.DBus',"
                      "interface='org.freedesktop.DBus',member='NameOwnerChanged',arg0='{}'",
                      kService),
          &SystemdUnits::on_owner_changed);
}

void SystemdUnits::match_manager(const std::string& member,
                                 void (SystemdUnits::*handler)(sdbus::Message&)) {
    match(std::format("{}path='{}',interface='{}',member='{}'", kFromManager, kManagerPath,
                      kManager, member),
          handler);
}

void SystemdUnits::match(const std::string& rule, void (SystemdUnits::*handler)(sdbus::Message&)) {
    // A signal that does not decode is not one of the manager's: it is passed over.
    auto receive = [this, handler](sdbus::Message message) {
        std::ignore = guarded([&] { (this->*handler)(message); });
    };
    matches_.push_back(connection_.addMatchAsync(
        rule, std::move(receive), [](const sdbus::Message&) {}, sdbus::return_slot));
}

Task<Result<>> SystemdUnits::subscribe() {
    BusCall subscribe(line_, *manager_, kManager, "Subscribe");
    BusCall started(line_, *manager_, kProperties, "Get", kManager, "UserspaceTimestampMonotonic");
    const auto subscribed = co_await subscribe;
    if (!subscribed && !subscribed.error().is("AlreadySubscribed"))
        co_return std::unexpected(
            to_error(subscribed.error()).in_context("subscribing to the service manager"));
    // The start of the manager: the same after its re-execution, another one in its next run.
    auto answer = co_await started;
    const auto stamp =
        answer ? decode<sdbus::Variant>(*answer) : std::unexpected(std::move(answer).error());
    const auto usec = !stamp ? std::unexpected(stamp.error())
                             : guarded([&] { return std::get<0>(*stamp).get<std::uint64_t>(); });
    if (!usec)
        co_return std::unexpected(
            to_error(usec.error()).in_context("asking the service manager who it is"));
    manager_id_ = std::format("{}-{}", boot_id(), *usec);
    co_return Result<>();
}

void SystemdUnits::on_job_removed(sdbus::Message& signal) {
    std::uint32_t id = 0;
    sdbus::ObjectPath job;
    std::string unit, result;
    signal >> id >> job >> unit >> result;
    jobs_.ended(job, unit, result);
}

// The manager tells what became of the unit before it tells that the job has ended.
void SystemdUnits::on_job_end(const std::string& unit, const std::string& result, bool ours) {
    auto* followed = find(unit);
    if (!followed || result != "done")
        return;
    if (!ours)
        ++followed->done_by_others;
    auto& state = followed->facts.state;
    if (state.running() || state.oneshot)
        return;
    if (!ours)
        state.end = UnitEnd::Others;
    else if (state.end != UnitEnd::Others)
        state.end = UnitEnd::Ours;
    changed(*followed);
}

void SystemdUnits::on_properties_changed(sdbus::Message& signal) {
    const auto found = followed_.find(signal.getPath());
    if (found == followed_.end())
        return;
    std::string interface;
    signal >> interface;
    auto& state = found->second->facts.state;
    const auto before = state;
    read_properties(signal, interface, found->second->facts);
    note_end(state, before);
    // The manager sends Service before Unit: together they are one change.
    if (interface != kUnit)
        return;
    auto& followed = *found->second;
    if (state.end == UnitEnd::ByItself && before.end != UnitEnd::ByItself) {
        scope_.spawn(tell_end(followed.unit));
        tell_watchers(followed);
    } else {
        changed(followed);
    }
}

void SystemdUnits::on_unit_removed(sdbus::Message& signal) {
    std::string unit;
    signal >> unit;
    auto* followed = find(unit);
    if (!followed || reloading_)
        return;
    auto& state = followed->facts.state;
    state = {.id = state.id, .end = state.end};
    followed->referenced = false;
    changed(*followed);
    drop_instance(unit);
}

// A daemon-reload takes all units down in the manager's memory and builds them anew: what it says
// of them on the way is not news.
void SystemdUnits::on_reloading(sdbus::Message& signal) {
    signal >> reloading_;
    if (!reloading_)
        refresh_all();
}

void SystemdUnits::refresh_all() {
    std::vector<std::string> units;
    for (const auto& [path, followed] : followed_)
        if (followed->names.empty())
            units.push_back(followed->unit);
        else
            std::ranges::copy(std::views::keys(followed->names), std::back_inserter(units));
    for (auto& unit : units)
        scope_.spawn(refresh(std::move(unit)));
}

void SystemdUnits::on_owner_changed(sdbus::Message& signal) {
    std::string name, before, now;
    signal >> name >> before >> now;
    // The first call of connect() may be what puts the manager on a bus that has just started.
    const bool connected = !manager_id_.empty();
    if (!now.empty() && connected)
        scope_.spawn(resubscribe());
}

// The manager was executed anew, or another one started: it may have forgotten us, and signals
// may have been lost.
Task<> SystemdUnits::resubscribe() {
    reloading_ = false;
    std::ignore = co_await subscribe(); // a next owner brings us here again
    for (const auto& job : jobs_.waited_for())
        scope_.spawn(ask_after(job));
    refresh_all();
    std::vector<std::string> patterns;
    for (const auto& [pattern, unused] : instances_)
        patterns.push_back(pattern);
    for (const auto& pattern : patterns)
        std::ignore = co_await find_instances(pattern);
}

Task<> SystemdUnits::ask_after(std::string job) {
    const auto job_object = object(job);
    BusCall call(line_, *job_object, kProperties, "Get", "org.freedesktop.systemd1.Job", "State");
    if (const auto alive = co_await call; !alive)
        jobs_.ended(job, "", "lost");
}

} // namespace hotreload::units
