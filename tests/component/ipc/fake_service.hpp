// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// A daemon that writes down what it is asked and answers what it is told to.

#include "base/completion.hpp"
#include "ipc/service.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <format>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace hotreload::ipc {

class FakeService final : public Service {
public:
    explicit FakeService(Executor& executor) : executor_(executor) {}

    std::vector<std::string> asked;
    std::vector<AskedBy> callers; // of what is told who asked
    std::optional<Error> error;   // for every answer from now on
    bool slow = false;            // answers wait for finish()
    std::vector<Problem> problems;
    std::vector<ProjectStatus> known_projects;
    std::vector<ServiceStatus> known_services;
    std::vector<ConfigStatus> known_configs;
    Metrics known_metrics;
    Details known_details;
    PathExplanation explanation;
    std::vector<WatcherEvent> events;

    void finish() {
        for (const auto& resolve : waiting_)
            resolve(true);
        waiting_.clear();
    }

    Task<Result<std::string>> up(std::string path, UpOptions options) override {
        callers.push_back(options.caller);
        return answer("up " + path + (options.wait ? " wait" : " no-wait"), std::string("my-shop"));
    }
    Task<Result<>> down(std::string project) override { return done("down " + project); }
    Task<Result<Plan>> plan(std::string target, PlanRequest options) override {
        return answer("plan " + target + to_string(options) + (options.validate ? "" : " as it is"),
                      Plan{.project = "shop"});
    }
    Task<Result<ReloadId>> reload(std::string target, ReloadOptions options) override {
        callers.push_back(options.caller);
        return answer("reload " + target + to_string(options), ReloadId{0, 7});
    }
    Task<Result<ReloadId>> restart(std::string target, ReloadOptions options) override {
        return answer("restart " + target + to_string(options), ReloadId{0, 8});
    }
    Task<Result<>> start(std::string target, AskedBy /*caller*/) override {
        return done("start " + target);
    }
    Task<Result<>> stop(std::string target, AskedBy caller) override {
        callers.push_back(caller);
        return done("stop " + target);
    }
    Task<Result<>> pause(std::string target, PauseOptions options) override {
        callers.push_back(options.caller);
        const auto time = options.time > Duration::zero() ? " for " + format_duration(options.time)
                                                          : std::string();
        return done("pause " + target + time +
                    (options.reason.empty() ? "" : ": " + options.reason));
    }
    Task<Result<ReloadId>> rollback(std::string target, std::uint64_t generation,
                                    RollbackOptions options) override {
        return answer(std::format("rollback {} {}{}{}", target, generation,
                                  options.restore_files ? " restore-files" : "",
                                  options.wait ? " wait" : ""),
                      ReloadId{0, 9});
    }
    Task<Result<ReloadId>> apply(std::string target, std::vector<HandedContent> files,
                                 ApplyOptions options) override {
        std::string text = std::format("apply {} confirm {}", target, options.confirm.count());
        for (const auto& [path, fd, bytes] : files) {
            char buffer[64] = {};
            const auto size = fd ? ::pread(fd->get(), buffer, sizeof buffer, 0) : 0;
            text += std::format(" {}={}", path,
                                fd ? std::string(buffer, static_cast<std::size_t>(size)) : bytes);
        }
        return answer(std::move(text), ReloadId{0, 10});
    }
    Task<Result<>> confirm(std::string target, AskedBy) override {
        asked.push_back("confirm " + target);
        return finished(Result<>());
    }
    Task<Result<History>> history(std::string target, std::size_t limit) override {
        return answer(
            std::format("history {} {}", target, limit),
            History{
                .generations = {{.service = "shop/web", .trigger = Trigger::File, .generation = 3}},
                .events = {}});
    }
    Task<Result<GenerationDifference>> diff(std::string target, std::uint64_t from,
                                            std::uint64_t to) override {
        return answer(std::format("diff {} {} {}", target, from, to),
                      GenerationDifference{.from = from, .to = to});
    }
    Task<Result<>> resume(std::string target, AskedBy caller) override {
        callers.push_back(caller);
        return done("resume " + target);
    }
    Task<Result<PathExplanation>> explain(std::string path) override {
        return answer("explain " + path, explanation);
    }
    Task<Result<>> sync() override { return done("sync"); }
    std::vector<WatcherEvent> watcher_events(std::size_t limit) const override {
        return {events.end() - static_cast<std::ptrdiff_t>(std::min(limit, events.size())),
                events.end()};
    }
    Task<Result<std::vector<Problem>>> check(std::string path) override {
        return answer("check " + path, problems);
    }
    std::uint64_t number = 0; // of the last event
    std::uint64_t last_event() const override { return number; }
    std::vector<ProjectStatus> projects() const override { return known_projects; }
    std::optional<Error> status_error;
    Result<std::vector<ProjectOverview>> status(const std::string& target) const override {
        if (status_error)
            return std::unexpected(*status_error);
        std::vector<ProjectOverview> found;
        for (const auto& project : known_projects) {
            const auto slash = target.find('/');
            const auto name = slash == std::string::npos ? "" : target.substr(slash + 1);
            if (!target.empty() && project.name != target.substr(0, slash))
                continue;
            auto& view = found.emplace_back(project);
            for (const auto& service : known_services)
                if (service.project == project.name && (name.empty() || service.name == name))
                    view.services.push_back(service);
            view.configs = configs(project.name);
        }
        if (found.empty() && !target.empty())
            return fail(ErrorCode::NotFound, "no project \"" + target + "\"");
        return found;
    }
    Metrics metrics() const override { return known_metrics; }
    Result<std::shared_ptr<const Details>> details(const ReloadId& id) const override {
        if (id != known_details.id)
            return fail(ErrorCode::NotFound, "nothing is kept of it");
        return std::make_shared<const Details>(known_details);
    }
    std::vector<ConfigStatus> configs(const std::string& project) const override {
        std::vector<ConfigStatus> found;
        for (const auto& config : known_configs)
            if (config.project == project)
                found.push_back(config);
        return found;
    }

private:
    static std::string to_string(const auto& options) {
        std::string text = options.force ? " force" : "";
        if (options.strategy)
            text += " " + std::string(hotreload::to_string(*options.strategy));
        if constexpr (requires { options.wait; })
            text += options.wait ? " wait" : "";
        return text;
    }

    template <class T>
    Task<Result<T>> answer(std::string what, T value) {
        asked.push_back(std::move(what));
        if (slow) {
            Completion<bool> finished(executor_);
            waiting_.push_back(finished.resolver());
            co_await finished;
        }
        if (error)
            co_return std::unexpected(*error);
        co_return value;
    }

    Task<Result<>> done(std::string what) {
        auto answered = co_await answer(std::move(what), true);
        if (!answered)
            co_return std::unexpected(answered.error());
        co_return Result<>();
    }

    Executor& executor_;
    std::vector<Completion<bool>::Resolver> waiting_;
};

} // namespace hotreload::ipc
