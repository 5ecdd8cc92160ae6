// SPDX-License-Identifier: LGPL-2.1-or-later
#include "kinds/service/validation.hpp"

#include "core/names.hpp"
#include "core/validator_output.hpp"
#include "kinds/service/pins.hpp"

#include <filesystem>
#include <format>
#include <set>

namespace hotreload::service {

namespace {

std::string changed_paths(const MemberPlan& plan) {
    std::string paths;
    for (const auto& change : plan.changes)
        if (change.kind != ChangeKind::Definition)
            paths += (paths.empty() ? "" : ":") + change.subject;
    return paths;
}

Task<std::optional<Problem>> check_properties(const ActionContext& context, const StepHost& host) {
    const auto& wanted = *context.view.wanted;
    const auto& record = context.view.record;
    if (wanted.properties.empty() || (record && record->definition.properties == wanted.properties))
        co_return std::nullopt;
    const auto key = "services." + wanted.name + ".properties";
    auto refused = co_await context.means.units.check_properties(wanted.properties);
    if (!refused)
        co_return host.problem_at(key, refused.error().message);
    if (refused->empty())
        co_return std::nullopt;
    const auto& first = refused->front();
    co_return host.problem_at(key + "." + first.path,
                              std::format("systemd refuses {}: {}", first.path, first.message));
}

// The files of a snapshot as a validator is shown them; they go when it has ended.
class ShownSnapshot {
public:
    ShownSnapshot(Views& views, std::string name) : views_(views), name_(std::move(name)) {}
    ShownSnapshot(const ShownSnapshot&) = delete;
    ShownSnapshot& operator=(const ShownSnapshot&) = delete;
    ~ShownSnapshot() {
        if (view_)
            views_.remove(name_);
    }

    Task<Result<>> make(const ActionContext& context, const StepHost& host) {
        const auto& watches = context.view.wanted->watches;
        const auto snapshot = selected_by(*context.view.files, watches);
        if (snapshot.files.empty())
            co_return Result<>{};
        // A file that is being written is shown as it was last read, for the writing may go on for
        // long; one that was handed over as it will be.
        auto shown = context.view.handed;
        for (const auto& path : snapshot.writing)
            if (const auto file = snapshot.files.find(path); file != snapshot.files.end())
                shown.insert(file->second);
        Views::Kept kept = [&host, shown = std::move(shown)](const ContentId& id) {
            return shown.contains(id) ? host.content(id) : std::nullopt;
        };
        auto made = co_await views_.make(name_, watches, snapshot, std::move(kept));
        if (!made)
            co_return std::unexpected(std::move(made.error()));
        view_ = std::move(*made);
        co_return Result<>{};
    }
    // nullopt: it was not made, or there is nothing to show.
    [[nodiscard]] const std::optional<View>& view() const { return view_; }

private:
    Views& views_;
    std::string name_;
    std::optional<View> view_;
};

std::string on_live_files(std::string_view why) {
    return std::format("validated against the live files: {}", why);
}

CommandRequest validator_of(const ActionContext& context) {
    const auto& wanted = *context.view.wanted;
    CommandRequest request{
        .unit =
            helper_unit(context.project, wanted.name, "validate", to_string(context.transaction)),
        .slice = project_slice(context.project),
        .description = std::format("hotreload: validate {}/{}", context.project, wanted.name),
        .command = wanted.validate,
        .env = wanted.env,
        .working_dir = wanted.working_dir,
        .user = wanted.user,
    };
    request.env["HOTRELOAD_CHANGED"] = changed_paths(context.plan);
    return request;
}

// The problem that a validator tells of, at the watched file that it names, else at the key.
std::optional<Problem> problem_told(const Result<CommandResult>& result,
                                    const ActionContext& context, const StepHost& host) {
    const auto& wanted = *context.view.wanted;
    const auto key = "services." + wanted.name + ".validate";
    if (!result)
        return host.problem_at(key, result.error().message);
    if (result->ok)
        return std::nullopt;
    const auto watched = [&](std::string_view name) {
        const auto path = (std::filesystem::path(wanted.working_dir) / name).lexically_normal();
        const bool ours = context.view.files->files.contains(path);
        return ours ? std::optional(path.string()) : std::nullopt;
    };
    auto problem = problem_in_output(*result, wanted.validate.front(), watched);
    if (problem.path.empty())
        problem = host.problem_at(key, problem.message);
    return problem;
}

Task<Verdict> run_validator(const ActionContext& context, const StepHost& host) {
    Verdict verdict;
    if (context.view.wanted->validate.empty())
        co_return verdict;
    auto request = validator_of(context);
    ShownSnapshot shown(context.means.views, request.unit);
    const auto made = co_await shown.make(context, host);
    if (!made && made.error().code == ErrorCode::Busy) {
        verdict.moved_on = true;
        co_return verdict;
    }
    if (!made)
        verdict.note = on_live_files(made.error().message);
    if (shown.view()) {
        request.env["HOTRELOAD_SNAPSHOT"] = shown.view()->directory;
        // Files that it writes there are gone with the view.
        request.binds = shown.view()->binds;
        for (auto& bind : request.binds)
            bind.writable = true;
        if (!shown.view()->unbound.empty())
            verdict.note = on_live_files(shown.view()->unbound);
    }
    auto result = co_await context.means.units.run_command(request);
    if (result && result->no_namespace && !request.binds.empty()) {
        verdict.note = on_live_files("a mount namespace cannot be had");
        request.binds.clear();
        result = co_await context.means.units.run_command(std::move(request));
    }
    verdict.problem = problem_told(result, context, host);
    co_return verdict;
}

} // namespace

Task<Verdict> validate_service(const ActionContext& context, const StepHost& host) {
    Verdict verdict;
    if (!context.view.wanted || context.plan.takes_as_it_is)
        co_return verdict;
    verdict.problem = document_problem(context.view);
    if (!verdict.problem)
        verdict.problem =
            co_await host.distrusted(*context.view.wanted, starts_generation(context.plan.action));
    if (!verdict.problem)
        verdict.problem = co_await check_properties(context, host);
    if (verdict.problem)
        co_return verdict;
    co_return co_await run_validator(context, host);
}

} // namespace hotreload::service
