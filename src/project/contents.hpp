// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// The contents of a project's files: documents are compared with what was applied, which takes
// time, and copies of what is applied are kept, some at once, the rest a little in each turn of the
// loop.

#include "base/clock.hpp"
#include "base/task.hpp"
#include "core/content_store.hpp"
#include "core/documents_port.hpp"
#include "core/handed_files.hpp"
#include "core/plan.hpp"
#include "core/watch_rules.hpp"
#include "project/ledger.hpp"

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace hotreload::project {

class Contents {
public:
    Contents(std::unique_ptr<Documents> documents, ContentStore& store, Ledger& ledger,
             Clock& clock);
    ~Contents();
    Contents(const Contents&) = delete;
    Contents& operator=(const Contents&) = delete;

    [[nodiscard]] Documents& documents() { return *documents_; }
    [[nodiscard]] const Documents& documents() const { return *documents_; }
    // A share for a task that awaits an answer of the documents, and may outlive the project.
    using Shared = std::shared_ptr<Documents>;
    [[nodiscard]] const Shared& shared() const { return documents_; }

    // Notes in the view every document whose content is not the applied one, or whose schema is not
    // the one that it was checked against. The project may be gone at the end.
    static Task<> compare(Shared documents, MemberView& view, const WatchRules& rules);

    // A copy of what is applied now and was not before. `before`: nullptr, nothing was.
    void keep(const MemberRecord& record, const MemberRecord* before);
    // Copies of what was applied by an older version, or when copies could not be written: of files
    // that hold it still.
    void keep_missing(const MemberRecord& record, const WatchRules& rules, const Snapshot& now);
    // A copy of a published document.
    void keep(const std::string& path, const ContentId& id, unsigned older);

    // Contents that were handed over, and are on no disk yet: to be had like a copy until they are
    // returned, as often as they were lent.
    void lend(const HandedFiles& files);
    void return_lent(const HandedFiles& files);
    // A copy that is no file's yet: it stays as long as something on record names it. The content
    // can be had afterwards, or it is an error.
    Result<> hold(const ContentId& id, std::string_view bytes);
    // A copy that somebody needs before anything on record names it: whatever else is kept, it
    // stays until it is let go of, as often as it was pinned.
    void pin(const ContentId& id);
    void unpin(const ContentId& id);
    [[nodiscard]] bool has(const ContentId& id) const;
    // Those that are held are on the disk when it is run, in the background.
    [[nodiscard]] std::function<Result<>()> sync(const std::set<ContentId>& ids);

    // The content of a file as it was applied; nullopt: there is no copy.
    [[nodiscard]] std::optional<std::string> content(const ContentId& id) const;

    // Why copies cannot be kept; "" when they can.
    [[nodiscard]] const std::string& problem() const { return documents_->problem(); }
    // problem() has become another one.
    std::function<void()> on_problem;

    // Copies that the disk has refused are tried again.
    void try_again();

private:
    void copy_on();
    Task<> copy_some();
    void tell();

    Shared documents_;
    ContentStore& store_;
    Ledger& ledger_;
    ContentStore::InUse in_use_;
    std::map<ContentId, std::size_t> pins_;
    struct Lent {
        SharedBytes bytes;
        std::size_t times = 0;
    };
    std::map<ContentId, Lent> lent_;
    std::string told_problem_;
    std::unique_ptr<Alarm> next_; // of the copies that wait
    std::unique_ptr<Alarm> again_;
    bool copying_ = false;
    TaskScope tasks_;
};

} // namespace hotreload::project
