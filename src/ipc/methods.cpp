// SPDX-License-Identifier: LGPL-2.1-or-later
#include "ipc/methods.hpp"

#include "base/duration.hpp"
#include "ipc/present/json.hpp"
#include "ipc/present/open_metrics.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <format>
#include <limits>
#include <utility>

namespace hotreload::ipc {

namespace {

// ---- parameters

// The longest text that anything is called by: longer ones are no path and no name.
constexpr std::size_t kMostBytes = 4096;

Result<> set(std::string& to, Value value, std::string_view what) {
    to = std::get<std::string>(std::move(value));
    if (to.size() <= kMostBytes)
        return {};
    return fail(ErrorCode::Invalid,
                std::format("{} of {} bytes: it may have {} at most", what, to.size(), kMostBytes));
}

template <std::string Arguments::* kMember>
Result<> take_text(Arguments& arguments, Value value) {
    return set(arguments.*kMember, std::move(value), "a text");
}

template <std::uint64_t Arguments::* kMember>
Result<> take_number(Arguments& arguments, Value value) {
    arguments.*kMember = std::get<std::uint64_t>(value);
    return {};
}

template <auto kMember>
Result<> take_flag(Arguments& arguments, Value value) {
    arguments.*kMember = std::get<bool>(value);
    return {};
}

// The daemon's working directory is not the caller's.
Result<> take_absolute(Arguments& arguments, Value value, std::string_view wanted) {
    if (auto taken = set(arguments.target, std::move(value), "a path"); !taken)
        return taken;
    if (arguments.target.starts_with('/'))
        return {};
    return fail(ErrorCode::Invalid,
                std::format("\"{}\" is not an absolute path: give {}", arguments.target, wanted));
}

Result<> take_project_path(Arguments& arguments, Value value) {
    return take_absolute(arguments, std::move(value),
                         "the whole path of a project's directory or of its hotreload.toml");
}

Result<> take_any_path(Arguments& arguments, Value value) {
    return take_absolute(arguments, std::move(value), "the whole path of the file or directory");
}

Result<> take_id(Arguments& arguments, Value value) {
    std::string text;
    if (auto taken = set(text, std::move(value), "an id"); !taken)
        return taken;
    const auto id = parse_reload_id(text);
    if (!id)
        return fail(ErrorCode::Invalid,
                    std::format("\"{}\" is no id: one has 32 hexadecimal digits", text));
    arguments.id = *id;
    return {};
}

Result<> take_strategy(Arguments& arguments, Value value) {
    std::string word;
    if (auto taken = set(word, std::move(value), "a strategy"); !taken)
        return taken;
    if (word == "auto")
        return {};
    arguments.strategy = parse_word<Strategy>(word);
    if (arguments.strategy && !is_manual(*arguments.strategy)) // manual is what force is for
        return {};
    return fail(
        ErrorCode::Invalid,
        std::format("option \"strategy\": unknown strategy \"{}\"; it is one of auto, none, "
                    "live, reload, swap, restart",
                    word));
}

// A duration; "" is none.
Result<std::optional<Duration>> duration_of(Value value, std::string_view option) {
    std::string text;
    if (auto taken = set(text, std::move(value), "a duration"); !taken)
        return std::unexpected(std::move(taken.error()));
    if (text.empty())
        return std::nullopt;
    auto duration = parse_duration(text);
    if (!duration)
        return std::unexpected(
            std::move(duration.error()).in_context(std::format("option \"{}\"", option)));
    return *duration;
}

Result<> take_drain(Arguments& arguments, Value value) {
    return duration_of(std::move(value), "drain").transform([&](std::optional<Duration> drain) {
        arguments.drain = drain;
    });
}

Result<> take_pause(Arguments& arguments, Value value) {
    const auto duration = duration_of(std::move(value), "for");
    if (!duration)
        return std::unexpected(duration.error());
    if (!*duration)
        return {};
    if (**duration <= Duration::zero() || **duration == kInfinity)
        return fail(ErrorCode::Invalid,
                    std::format("option \"for\": \"{}\" is no time after which anything could be "
                                "resumed",
                                format_duration(**duration)));
    arguments.pause = **duration;
    return {};
}

Result<> take_confirm(Arguments& arguments, Value value) {
    const auto duration = duration_of(std::move(value), "confirm");
    if (!duration)
        return std::unexpected(duration.error());
    constexpr Duration most = std::chrono::hours(24 * 365);
    if (*duration && (**duration <= Duration::zero() || **duration > most))
        return fail(ErrorCode::Invalid,
                    std::format("option \"confirm\": \"{}\" is no time in which anything could "
                                "be confirmed",
                                format_duration(**duration)));
    arguments.confirm = duration->value_or(Duration::zero());
    return {};
}

Result<> take_files(Arguments& arguments, Value value) {
    arguments.files = std::get<std::vector<HandedContent>>(std::move(value));
    constexpr std::size_t most = 64;
    if (arguments.files.size() > most)
        return fail(ErrorCode::Invalid,
                    std::format("{} files: {} at most can be handed over at once",
                                arguments.files.size(), most));
    for (const auto& each : arguments.files)
        if (each.path.size() > kMostBytes)
            return fail(ErrorCode::Invalid, "a path is too long");
    return {};
}

using enum Parameter::Place;
constexpr auto take_target = take_text<&Arguments::target>;

constexpr Parameter kTarget{"target", "target", 's', Argument, true, take_target};
constexpr Parameter kProject{"project", "project", 's', Argument, true, take_target};
constexpr Parameter kPath{"path", "path", 's', Argument, true, take_project_path};
constexpr Parameter kLimit{"limit", "limit", 'u', Argument, false, take_number<&Arguments::limit>};
constexpr Parameter kForce{"force", "force", 'b', Option, false, take_flag<&Arguments::force>};
constexpr Parameter kWait{"wait", "wait", 'b', Option, false, take_flag<&Arguments::wait>};
constexpr Parameter kStrategy{"strategy", "strategy", 's', Option, false, take_strategy};
constexpr Parameter kDrain{"drain", "drain", 's', Option, false, take_drain};

constexpr std::array kOfUp{kPath, kWait};
constexpr std::array kOfDown{kProject};
constexpr std::array kOfPlan{
    kTarget, kForce, kStrategy,
    Parameter{"validate", "validate", 'b', Option, false, take_flag<&Arguments::validate>}};
constexpr std::array kOfReload{kTarget, kForce, kStrategy, kDrain, kWait};
constexpr std::array kOfTarget{kTarget};
constexpr std::array kOfPause{
    kTarget, Parameter{"for", "for", 's', Option, false, take_pause},
    Parameter{"reason", "reason", 's', Option, false, take_text<&Arguments::reason>}};
constexpr std::array kOfRollback{kTarget,
                                 Parameter{"generation", "generation", 't', Argument, false,
                                           take_number<&Arguments::generation>},
                                 Parameter{"restore-files", "restoreFiles", 'b', Option, false,
                                           take_flag<&Arguments::restore_files>},
                                 kDrain, kWait};
constexpr std::array kOfApply{kTarget, Parameter{"files", "files", 'h', Argument, true, take_files},
                              Parameter{"confirm", "confirm", 's', Option, false, take_confirm},
                              kForce, kWait};
constexpr std::array kOfHistory{kTarget, kLimit};
constexpr std::array kOfDiff{
    kTarget, Parameter{"from", "from", 't', Argument, false, take_number<&Arguments::from>},
    Parameter{"to", "to", 't', Argument, false, take_number<&Arguments::to>}};
constexpr std::array kOfExplain{Parameter{"path", "path", 's', Argument, true, take_any_path}};
constexpr std::array kOfEvents{kLimit};
// It was there for whole projects first.
constexpr std::array kOfStatus{Parameter{"target", "project", 's', Argument, false, take_target}};
constexpr std::array kOfDetails{Parameter{"id", "id", 's', Argument, true, take_id}};
constexpr std::array kOfCheck{kPath};
constexpr std::array kOfConfig{
    Parameter{"project", "project", 's', Object, true, take_target},
    Parameter{"name", "name", 's', Object, true, take_text<&Arguments::name>}};

// ---- functions

// The result of the service as an answer.
template <class T>
Result<Answer> answer(Result<T>&& result) {
    if (!result)
        return std::unexpected(std::move(result.error()));
    if constexpr (std::same_as<T, void>)
        return Answer();
    else if constexpr (std::constructible_from<Answer, T>)
        return Answer(*std::move(result));
    else
        return Answer(document(*std::move(result)));
}

using Answering = Task<Result<Answer>>;

std::size_t at_most(std::uint64_t limit) {
    return limit ? static_cast<std::size_t>(limit) : std::numeric_limits<std::size_t>::max();
}

// A project's path has to be there. Asked when its caller is admitted: what there is is not told to
// everybody.
Result<> check_there(const std::string& path) {
    struct stat st{};
    if (::stat(path.c_str(), &st) < 0)
        return fail(ErrorCode::Invalid,
                    std::format("{}: {}; give a project's directory or its hotreload.toml", path,
                                std::strerror(errno)));
    return {};
}

Answering up(Service& service, Arguments given, AskedBy caller) {
    if (auto there = check_there(given.target); !there)
        co_return std::unexpected(std::move(there.error()));
    const UpOptions options{.wait = given.wait.value_or(true), .caller = caller};
    auto name = co_await service.up(std::move(given.target), options);
    co_return name.transform(
        [](std::string& project) -> Answer { return ProjectName(std::move(project)); });
}

Answering down(Service& service, Arguments given, AskedBy /*caller*/) {
    co_return answer(co_await service.down(std::move(given.target)));
}

Answering plan(Service& service, Arguments given, AskedBy /*caller*/) {
    const PlanRequest options{given.force, given.strategy, given.validate};
    co_return answer(co_await service.plan(std::move(given.target), options));
}

ReloadOptions reload_options(const Arguments& given, AskedBy caller) {
    return {.force = given.force,
            .wait = given.wait.value_or(false),
            .strategy = given.strategy,
            .drain = given.drain,
            .caller = caller};
}

Answering reload(Service& service, Arguments given, AskedBy caller) {
    const auto options = reload_options(given, caller);
    co_return answer(co_await service.reload(std::move(given.target), options));
}

Answering restart(Service& service, Arguments given, AskedBy caller) {
    const auto options = reload_options(given, caller);
    co_return answer(co_await service.restart(std::move(given.target), options));
}

Answering start(Service& service, Arguments given, AskedBy caller) {
    co_return answer(co_await service.start(std::move(given.target), caller));
}

Answering stop(Service& service, Arguments given, AskedBy caller) {
    co_return answer(co_await service.stop(std::move(given.target), caller));
}

Answering pause(Service& service, Arguments given, AskedBy caller) {
    const PauseOptions options{given.pause, std::move(given.reason), caller};
    co_return answer(co_await service.pause(std::move(given.target), options));
}

Answering resume(Service& service, Arguments given, AskedBy caller) {
    co_return answer(co_await service.resume(std::move(given.target), caller));
}

Answering rollback(Service& service, Arguments given, AskedBy caller) {
    const RollbackOptions options{.restore_files = given.restore_files,
                                  .wait = given.wait.value_or(false),
                                  .drain = given.drain,
                                  .caller = caller};
    co_return answer(co_await service.rollback(std::move(given.target), given.generation, options));
}

Answering apply(Service& service, Arguments given, AskedBy caller) {
    if (given.files.empty())
        co_return fail(ErrorCode::Invalid, "no file is handed over");
    const ApplyOptions options{.force = given.force,
                               .wait = given.wait.value_or(false),
                               .confirm = given.confirm,
                               .caller = caller};
    co_return answer(
        co_await service.apply(std::move(given.target), std::move(given.files), options));
}

Answering confirm(Service& service, Arguments given, AskedBy caller) {
    co_return answer(co_await service.confirm(std::move(given.target), caller));
}

Answering history(Service& service, Arguments given, AskedBy /*caller*/) {
    co_return answer(co_await service.history(std::move(given.target), at_most(given.limit)));
}

Answering diff(Service& service, Arguments given, AskedBy /*caller*/) {
    co_return answer(co_await service.diff(std::move(given.target), given.from, given.to));
}

Answering explain(Service& service, Arguments given, AskedBy /*caller*/) {
    co_return answer(co_await service.explain(std::move(given.target)));
}

Answering sync(Service& service, Arguments /*given*/, AskedBy /*caller*/) {
    co_return answer(co_await service.sync());
}

Answering debug_events(Service& service, Arguments given, AskedBy /*caller*/) {
    co_return Answer(document(service.watcher_events(at_most(given.limit))));
}

Answering status(Service& service, Arguments given, AskedBy /*caller*/) {
    co_return service.status(given.target).transform([](auto&& projects) -> Answer {
        return document(HOTRELOAD_VERSION, std::move(projects));
    });
}

Answering get_state(Service& service, Arguments /*given*/, AskedBy /*caller*/) {
    co_return service.status("").transform([&](auto&& projects) -> Answer {
        return state_document(HOTRELOAD_VERSION, service.last_event(), std::move(projects));
    });
}

Answering details(Service& service, Arguments given, AskedBy /*caller*/) {
    auto found = service.details(given.id);
    if (!found)
        co_return std::unexpected(std::move(found.error()));
    co_return Answer(co_await details_document(*std::move(found)));
}

Answering check(Service& service, Arguments given, AskedBy /*caller*/) {
    if (auto there = check_there(given.target); !there)
        co_return std::unexpected(std::move(there.error()));
    co_return answer(co_await service.check(std::move(given.target)));
}

Answering metrics(Service& service, Arguments /*given*/, AskedBy /*caller*/) {
    co_return Answer(MetricsText(open_metrics(service.metrics(), HOTRELOAD_VERSION)));
}

Answering get_value(Service& service, Arguments given, AskedBy /*caller*/) {
    auto configs = service.configs(given.target);
    const auto found = std::ranges::find(configs, given.name, &ConfigStatus::name);
    if (found == configs.end())
        co_return fail(ErrorCode::NotFound,
                       std::format("project \"{}\" publishes no config \"{}\"; see the [configs] "
                                   "of its hotreload.toml",
                                   given.target, given.name));
    co_return Answer(ConfigValue(std::string(found->value.view()), found->revision));
}

Answering list_projects(Service& service, Arguments /*given*/, AskedBy /*caller*/) {
    co_return Answer(service.projects());
}

Answering get_service(Service& service, Arguments given, AskedBy /*caller*/) {
    if (!given.target.contains('/'))
        co_return fail(ErrorCode::Invalid,
                       std::format("\"{}\" names no service: give PROJECT/SERVICE", given.target));
    co_return service.status(given.target).transform([](auto&& projects) -> Answer {
        const auto& found = projects.front();
        return ServiceName(found.project.name, found.services.front().name);
    });
}

Task<bool> can_read_value(Rights& rights, uid_t user, const Arguments& given) {
    return rights.reads(user, given.target, given.name);
}

Task<bool> can_read_details(Rights& rights, uid_t user, const Arguments& given) {
    return rights.reads(user, given.id);
}

std::string signature_of(char type) {
    return type == 'h' ? "a(sh)" : std::string(1, type);
}

// ---- the table

constexpr std::string_view kManager = "org.hotreload.Manager1";
constexpr std::string_view kConfig = "org.hotreload.Config1";
constexpr std::string_view kSignals; // D-Bus tells the same by signals

using enum Permission;
constexpr bool kOptions = true, kPlain = false; // on D-Bus
constexpr auto kOpen = Method::Open::Everywhere, kClosed = Method::Open::Nowhere;
constexpr auto kOpenOnSocket = Method::Open::OnSocket;
constexpr bool kBusAlone = false;

constexpr std::array<Method, kMethods> kTable{{
    {kManager, "ListProjects", Everyone, {}, kPlain, kClosed, list_projects, kBusAlone},
    {kManager, "GetService", Everyone, kOfTarget, kPlain, kClosed, get_service, kBusAlone},
    {kManager, "Up", Manage, kOfUp, kOptions, kClosed, up},
    {kManager, "Down", Manage, kOfDown, kOptions, kClosed, down},
    {kManager, "Plan", Inspect, kOfPlan, kOptions, kClosed, plan},
    {kManager, "Reload", Control, kOfReload, kOptions, kClosed, reload},
    {kManager, "Restart", Control, kOfReload, kOptions, kClosed, restart},
    {kManager, "Start", Control, kOfTarget, kOptions, kClosed, start},
    {kManager, "Stop", Control, kOfTarget, kOptions, kClosed, stop},
    {kManager, "Pause", Control, kOfPause, kOptions, kClosed, pause},
    {kManager, "Resume", Control, kOfTarget, kOptions, kClosed, resume},
    {kManager, "Rollback", Control, kOfRollback, kOptions, kClosed, rollback},
    {kManager, "Apply", Apply, kOfApply, kOptions, kClosed, apply},
    {kManager, "Confirm", Apply, kOfTarget, kOptions, kClosed, confirm},
    {kManager, "History", Inspect, kOfHistory, kPlain, kClosed, history},
    {kManager, "Diff", Inspect, kOfDiff, kPlain, kClosed, diff},
    {kManager, "Explain", Inspect, kOfExplain, kOptions, kClosed, explain},
    {kManager, "Sync", Inspect, {}, kOptions, kClosed, sync},
    {kManager, "DebugEvents", Inspect, kOfEvents, kOptions, kClosed, debug_events},
    {kManager, "Status", Inspect, kOfStatus, kOptions, kOpenOnSocket, status},
    {kManager, "GetState", Inspect, {}, kOptions, kOpen, get_state},
    {kManager, "Details", Inspect, kOfDetails, kOptions, kClosed, details, true, can_read_details},
    {kManager, "Check", Inspect, kOfCheck, kOptions, kClosed, check},
    {kManager, "Metrics", Everyone, {}, kOptions, kClosed, metrics},
    {kConfig, "GetValue", Inspect, kOfConfig, kOptions, kClosed, get_value, true, can_read_value},
    {kSignals, "Monitor", Inspect, {}, kPlain, kOpen, nullptr},
}};

} // namespace

std::span<const Method, kMethods> method_table() {
    return kTable;
}

const Method* find_method(std::string_view interface, std::string_view name) {
    const auto* const row = std::ranges::find_if(kTable, [&](const Method& each) {
        return each.interface == interface && each.name == name;
    });
    return row == kTable.end() ? nullptr : row;
}

std::string signature_of(const Method& method) {
    std::string signature;
    for (const auto& parameter : method.parameters)
        if (parameter.place == Argument)
            signature += signature_of(parameter.type);
    return signature + (method.takes_options ? "a{sv}" : "");
}

std::string usage_of(const Method& method) {
    std::string usage;
    for (const auto& parameter : method.parameters)
        if (parameter.place == Argument)
            usage += std::format("{}{} {}", usage.empty() ? "" : ", ", parameter.name,
                                 signature_of(parameter.type));
    if (method.takes_options)
        usage += usage.empty() ? "options a{sv}" : ", options a{sv}";
    return usage;
}

} // namespace hotreload::ipc
