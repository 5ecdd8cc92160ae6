// SPDX-License-Identifier: LGPL-2.1-or-later
#include "project/rollback.hpp"

#include "project/histories.hpp"

#include <algorithm>
#include <format>
#include <memory>
#include <utility>

namespace hotreload::project {

Rollback::Rollback(Files& files, const Ledger& ledger, const ProjectFile& file, Looks& looks,
                   const Contents& contents, Background& background,
                   MakeRestoration make_restoration)
    : files_(files),
      ledger_(ledger),
      file_(file),
      looks_(looks),
      contents_(contents),
      background_(background),
      make_restoration_(std::move(make_restoration)) {}

Result<GenerationRecord> Rollback::find(const std::string& service,
                                        std::uint64_t generation) const {
    const auto* const record = ledger_.find(service);
    const auto generations = ledger_.history(service);
    if (generation == 0 && record) { // a restart is another number for the same
        const auto differs = std::ranges::find_if(generations, [&](const auto& each) {
            return each.generation < record->generation &&
                   (each.definition != record->definition || each.files != record->files);
        });
        if (differs != generations.end())
            return *differs;
    }
    return find_generation(generations, service, generation, record ? record->generation : 0);
}

// The generation that is named is there, or at least one service of a whole project can go back.
Result<> Rollback::can_be_asked(const std::optional<std::string>& service,
                                const Request::Rollback& rollback) const {
    if (!service && rollback.generation != 0)
        return fail(ErrorCode::Invalid, "generations are numbered for each service: name one, as "
                                        "PROJECT/SERVICE");
    for (const auto& [name, unused] : ledger_.services()) {
        if (service && name != *service)
            continue;
        auto found = find(name, rollback.generation);
        if (!found && service)
            return std::unexpected(std::move(found.error()));
        if (found)
            return {};
    }
    return fail(ErrorCode::NotFound, std::format("{} has no generation before the applied one",
                                                 service.value_or(ledger_.name())));
}

Result<Goals> Rollback::find_goals(const Request& request) const {
    Goals goals;
    for (const auto& [name, unused] : ledger_.services()) {
        if (request.service && name != *request.service)
            continue;
        auto found = find(name, request.rollback->generation);
        if (found)
            goals.emplace(name, *std::move(found));
        else if (request.rollback->generation != 0)
            return std::unexpected(std::move(found.error()));
    }
    return goals;
}

Task<Result<>> Rollback::prepare(Request& request) {
    if (request.rollback->prepared)
        co_return Result<>{};
    auto goals =
        request.rollback->goals ? Result<Goals>(*request.rollback->goals) : find_goals(request);
    if (!goals)
        co_return std::unexpected(std::move(goals.error()));
    if (request.rollback->restore_files) {
        if (auto restored = co_await restore_files(*goals, request); !restored)
            co_return restored;
    } else {
        const bool any_change = std::ranges::any_of(*goals, [&](const auto& each) {
            const auto& [name, goal] = each;
            const auto* const by_file = file_.wanted(name);
            return ledger_.find(name)->definition != goal.definition || !by_file ||
                   *by_file != goal.definition;
        });
        const bool any_file = std::ranges::any_of(*goals, [&](const auto& each) {
            return ledger_.find(each.first)->files != each.second.files;
        });
        if (!any_change && !goals->empty())
            co_return fail(
                ErrorCode::Invalid,
                std::format("generation {} {}", goals->begin()->second.generation,
                            any_file ? "differs only in files, which are left as they are: "
                                       "--restore-files writes them back, too"
                                     : "is the same as the applied one; \"hotreloadctl history\" "
                                       "lists the others, for --to"));
    }
    request.rollback->goals = *std::move(goals);
    request.rollback->prepared = true;
    co_return Result<>{};
}

Task<Result<>> Rollback::restore_files(const Goals& goals, Request& request) {
    struct Work { // goes on to its end even when nobody waits for it any more
        std::unique_ptr<Restoration> restoration;
        Result<std::vector<FileRestored>> restored;
    };
    const auto work = std::make_shared<Work>(make_restoration_(ledger_.name()));
    for (const auto& [service, goal] : goals)
        if (auto planned = co_await plan_restoration(service, goal, *work->restoration); !planned)
            co_return planned;
    co_await background_.run([work] { work->restored = work->restoration->carry_out(); });
    if (!work->restored)
        co_return std::unexpected(std::move(work->restored.error()));
    request.files = *std::move(work->restored);
    co_return Result<>{};
}

Task<Result<>> Rollback::plan_restoration(const std::string& service, const GenerationRecord& goal,
                                          Restoration& restoration) {
    const auto now =
        co_await looks_.read_once(std::make_shared<const MemberRules>(goal.definition));
    if (!now)
        co_return std::unexpected(now.error());
    for (const auto& [path, id] : goal.files) {
        if (const auto live = now->files.find(path);
            live != now->files.end() && live->second == id) {
            if (auto can = restoration.keep(path); !can)
                co_return can;
            continue;
        }
        auto bytes = contents_.content(id);
        if (!bytes)
            co_return fail(ErrorCode::NotFound,
                           std::format("there is no whole copy of what {} held in generation {} of "
                                       "{}: no file was written",
                                       path, goal.generation, service));
        if (auto can = restoration.write(path, *std::move(bytes)); !can)
            co_return can;
    }
    for (const auto& [path, unused] : now->files)
        if (!goal.files.contains(path) && !std::ranges::contains(now->writing, path) &&
            is_new_since(service, goal, path))
            restoration.take_away(path);
    co_return Result<>{};
}

// Files that the project itself is made of are not new; nor is one that no generation knows and
// nobody has touched since: it was there, and was not whole, or could not be read.
bool Rollback::is_new_since(const std::string& service, const GenerationRecord& goal,
                            const std::string& path) const {
    if (path == ledger_.record().path || std::ranges::contains(file_.sources(), path))
        return false;
    const bool came_later = std::ranges::any_of(ledger_.history(service), [&](const auto& each) {
        return each.generation > goal.generation && each.files.contains(path);
    });
    const auto changed = files_.changed_usec(path);
    return came_later || (changed && *changed >= goal.applied_usec);
}

Task<Result<>> Rollback::aim_back(std::string service, GenerationRecord goal, MemberView& view) {
    const auto by_file = view.wanted;
    if (auto seen =
            co_await looks_.see_as(std::make_shared<const MemberRules>(goal.definition), view);
        !seen)
        co_return seen;
    if (by_file && *by_file != goal.definition)
        view.held = Refusal{
            .definition = *by_file,
            .files = view.files->files,
            .result = ReloadResult::RolledBack,
            .problem = file_
                           .problem_at(file_.key_of(service),
                                       std::format("rolled back to generation {} by request: what "
                                                   "the project file says waits until it changes, "
                                                   "or for \"hotreloadctl reload {}/{}\"",
                                                   goal.generation, ledger_.name(), service))
                           .for_everybody()};
    co_return Result<>{};
}

} // namespace hotreload::project
