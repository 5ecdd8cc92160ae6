// SPDX-License-Identifier: LGPL-2.1-or-later
#include "project/delivery.hpp"

#include "base/fault.hpp"

#include <algorithm>
#include <format>
#include <iterator>
#include <optional>
#include <set>
#include <utility>

namespace hotreload::project {

namespace {

// Goes on to its end even when nobody waits for it any more.
struct Writing {
    std::unique_ptr<Restoration> restoration;
    Result<std::vector<FileRestored>> done;
};

// The same, of files on their way back.
struct PuttingBack : Writing {
    struct File {
        ContentId written;
        bool was_there = false;
        std::optional<std::string> before; // nothing: there is no whole copy
    };
    std::map<std::string, File> files;

    Result<> plan(const std::string& path, File& file) {
        if (!restoration->holds(path, file.written))
            return {};
        restoration->expect(path, {file.written});
        if (file.was_there && !file.before)
            return fail(ErrorCode::NotFound,
                        std::format("there is no whole copy of what {} held before", path));
        if (file.was_there)
            return restoration->write(path, *std::move(file.before));
        restoration->take_away(path);
        return {};
    }
    void carry_out() {
        for (auto& [path, file] : files)
            if (auto planned = plan(path, file); !planned) {
                done = std::unexpected(std::move(planned.error()));
                return;
            }
        done = restoration->carry_out();
    }
};

// The words for files that nobody goes back with.
std::vector<FileRestored> as_written(std::vector<FileRestored> files) {
    for (auto& each : files)
        each.kind = each.kind == "made again" ? "made" : "written";
    return files;
}

} // namespace

Delivery::Delivery(const Sees& sees, Candidate candidate, HandedFiles files)
    : sees_(sees), candidate_(std::move(candidate)), files_(std::move(files)) {
    sees_.contents.lend(files_);
}

Delivery::~Delivery() {
    sees_.contents.return_lent(files_);
    for (const auto& id : pinned_)
        sees_.contents.unpin(id);
}

void Delivery::pin(const ContentId& id) {
    if (pinned_.insert(id).second)
        sees_.contents.pin(id);
}

std::unique_ptr<Delivery> Delivery::resume(const Sees& sees, const Candidate& candidate) {
    HandedFiles files;
    for (const auto& [path, file] : candidate.files) {
        if (auto bytes = sees.contents.content(file.content))
            files.emplace(path, HandedFile{file.content, SharedBytes(*std::move(bytes))});
    }
    return std::make_unique<Delivery>(sees, candidate, std::move(files));
}

// Where somebody has to confirm it, all that was applied has to be there in the end.
Delivery::Wanted Delivery::contents_to_keep() const {
    Wanted wanted;
    for (const auto& [path, file] : candidate_.files)
        if (file.before)
            wanted.emplace(*file.before, path);
    if (candidate_.confirm > Duration::zero())
        for (const auto& [service, goal] : candidate_.goals)
            for (const auto& [path, id] : goal.files)
                wanted.emplace(id, path);
    return wanted;
}

// Contents that there is no copy of are read from the files themselves.
Task<Result<>> Delivery::keep_what_was() {
    const auto wanted = contents_to_keep();
    for (const auto& [id, path] : wanted)
        if (id.size > kLargestCopy)
            co_return fail(ErrorCode::Invalid,
                           std::format("{} holds more than the {} MiB that copies are kept of, to "
                                       "go back to",
                                       path, kLargestCopy >> 20));
    std::set<ContentId> held;
    for (const auto& [id, path] : wanted) {
        pin(id);
        held.insert(id);
        if (sees_.contents.has(id)) // and it may be on no disk yet
            continue;
        struct Reading {
            std::unique_ptr<Restoration> restoration;
            std::optional<std::string> bytes;
        };
        const auto reading =
            std::make_shared<Reading>(sees_.make_restoration(sees_.ledger.name()), std::nullopt);
        co_await sees_.background.run([reading, from = path, content = id] {
            reading->bytes = reading->restoration->read(from, content);
        });
        const bool was_seen = std::ranges::any_of(
            candidate_.files, [&](const auto& each) { return each.second.before == id; });
        Result<> kept = was_seen ? fail(ErrorCode::Busy, "it has changed meanwhile")
                                 : fail(ErrorCode::NotFound, "there is no whole copy of it");
        if (reading->bytes)
            kept = sees_.contents.hold(id, *reading->bytes);
        if (!kept)
            co_return fail(kept.error().code,
                           std::format("what {} held before cannot be kept, to go back to: {}",
                                       path, kept.error().message));
    }
    for (const auto& [path, file] : files_) {
        pin(file.id);
        held.insert(file.id);
        if (auto kept = sees_.contents.hold(file.id, file.bytes.view()); !kept)
            co_return std::unexpected(std::move(kept.error()).in_context("keeping " + path));
    }
    const auto synced = std::make_shared<Result<>>();
    co_await sees_.background.run([synced, sync = sees_.contents.sync(held)] { *synced = sync(); });
    co_return std::move(*synced);
}

Task<Result<>> Delivery::record() {
    if (sees_.candidates.find(candidate_.id))
        co_return Result<>{};
    if (auto kept = co_await keep_what_was(); !kept)
        co_return kept;
    sees_.candidates.begin(candidate_);
    co_await sees_.ledger.flush();
    if (!sees_.ledger.problem().empty()) {
        sees_.candidates.forget(candidate_.id);
        co_return fail(ErrorCode::Failed,
                       "what is written cannot be recorded: " + sees_.ledger.problem());
    }
    fault::point("candidate");
    co_return Result<>{};
}

Task<Result<>> Delivery::write() {
    put_back_ = false;
    if (auto recorded = co_await record(); !recorded)
        co_return fail(recorded.error().code, recorded.error().message + "; no file was changed");
    const auto writing = std::make_shared<Writing>(sees_.make_restoration(sees_.ledger.name()));
    for (const auto& [path, file] : files_) {
        const auto& change = candidate_.files.at(path);
        writing->restoration->expect(path, {change.before, change.content});
        if (auto can = writing->restoration->write(path, std::string(file.bytes.view())); !can)
            co_return can;
    }
    co_await sees_.background.run([writing] { writing->done = writing->restoration->carry_out(); });
    if (!writing->done)
        co_return std::unexpected(std::move(writing->done.error()));
    auto written = as_written(*std::move(writing->done));
    std::ranges::move(written, std::back_inserter(told_));
    fault::point("files-written");
    co_await sees_.looks.look_again(services());
    co_return Result<>{};
}

Names Delivery::services() const {
    return {candidate_.services.begin(), candidate_.services.end()};
}

Task<> Delivery::put_back() {
    put_back_ = true;
    left_.clear();
    const auto going = std::make_shared<PuttingBack>();
    going->restoration = sees_.make_restoration(sees_.ledger.name());
    for (const auto& [path, file] : candidate_.files) {
        auto& back = going->files[path];
        back.written = file.content;
        back.was_there = file.before.has_value();
        if (file.before)
            back.before = sees_.contents.content(*file.before);
    }
    co_await sees_.background.run([going] { going->carry_out(); });
    told_.clear();
    if (going->done)
        told_ = *std::move(going->done);
    else
        left_ = std::move(going->done.error().message);
    fault::point("files-back");
    co_await sees_.looks.look_again(services());
}

bool Delivery::changes_nothing() const {
    return std::ranges::all_of(candidate_.files, [](const auto& each) {
        return each.second.before == each.second.content;
    });
}

Task<bool> Delivery::is_there() {
    struct Reading {
        std::unique_ptr<Restoration> restoration;
        HandedFiles files;
        bool all = true;
    };
    const auto reading =
        std::make_shared<Reading>(sees_.make_restoration(sees_.ledger.name()), files_);
    co_await sees_.background.run([reading] {
        for (const auto& [path, file] : reading->files)
            reading->all = reading->all && reading->restoration->holds(path, file.id);
    });
    co_return reading->all;
}

} // namespace hotreload::project
