// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// The record of one project, in memory and on disk. The ledger is the only writer of it: whoever
// wants something on record asks the ledger, and what is on record is read from it.
//
// Services are as they are whether the disk takes a record or not. But the next run of the daemon
// knows them by their records only: what the disk refused is tried again until the disk takes it,
// and problem() says so meanwhile.

#include "base/clock.hpp"
#include "base/task.hpp"
#include "core/record.hpp"
#include "project/record_index.hpp"

#include <concepts>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace hotreload::project {

class Ledger {
public:
    Ledger(RecordStore& store, Clock& clock, ProjectRecord record);
    Ledger(const Ledger&) = delete;
    Ledger& operator=(const Ledger&) = delete;

    [[nodiscard]] const ProjectRecord& record() const { return record_; }
    [[nodiscard]] const std::string& name() const { return record_.name; }
    [[nodiscard]] const std::map<std::string, MemberRecord>& services() const {
        return record_.services;
    }
    // nullptr: nothing is on record of the service. Valid until the service is forgotten.
    [[nodiscard]] const MemberRecord* find(const std::string& service) const;

    [[nodiscard]] const RecordIndex& index() const { return index_; }

    // `change` gets what is on record of the project but for its services.
    template <std::invocable<ProjectRecord&> Change>
    void update_project(Change change) {
        change(record_);
        save_project();
    }
    // `change` gets the service's record, and answers whether it has changed it. False when it has
    // not, or when there is no such record.
    template <std::predicate<MemberRecord&> Change>
    bool update(const std::string& service, Change change) {
        const auto found = record_.services.find(service);
        if (found == record_.services.end() || !change(found->second))
            return false;
        reindex(service);
        save(service);
        return true;
    }
    void replace(const std::string& service, MemberRecord record);
    void forget(const std::string& service);

    // Applied states that are kept, the newest first.
    [[nodiscard]] std::vector<GenerationRecord> history(const std::string& service) const;
    // Adds a generation; the oldest ones beyond `most` are dropped.
    void remember(const std::string& service, GenerationRecord generation, std::size_t most);

    // Events of a service beside those, the newest first.
    [[nodiscard]] std::vector<EventRecord> events(const std::string& service) const;
    void note(const std::string& service, EventRecord event, std::size_t most);

    // Some record or history names the content: a copy of it is needed.
    [[nodiscard]] bool in_use(const ContentId& id) const;

    // Why the record on disk is behind; "" when it is not.
    [[nodiscard]] const std::string& problem() const { return problem_; }
    // problem() has become another one.
    std::function<void()> on_problem;

    // The project went down, and its record is removed: nothing is written any more.
    void close() { closed_ = true; }
    [[nodiscard]] bool closed() const { return closed_; }

    // Records that the disk has refused are tried again now; else they are after a few seconds.
    void save_again();

    // The record as it is now is on the disk when it ends, so that a person can be told of it: a
    // cut of the power does not take it back. What nobody was told of follows by itself, soon.
    Task<> flush();

private:
    using Files = std::map<std::string, ContentId>;

    void save_project();
    void save(const std::string& service);
    void save_history(const std::string& service, std::vector<GenerationRecord> generations);
    void note_saved(const std::string& what, const Result<>& saved);
    void tell(const Result<>& saved);
    void flush_soon();
    void reindex(const std::string& service);
    void count_history(const std::string& service,
                       const std::vector<GenerationRecord>& generations);

    RecordStore& store_;
    ProjectRecord record_;
    RecordIndex index_;
    std::set<std::string> unsaved_; // services whose record is behind; "": the project's own
    std::map<std::string, std::vector<GenerationRecord>> unsaved_histories_;
    std::string problem_;
    // The times that each content is named: by the record of a service, and by its history.
    std::map<ContentId, std::size_t> uses_;
    std::map<std::string, std::vector<ContentId>> counted_;
    std::map<std::string, std::set<ContentId>> counted_histories_;
    bool closed_ = false;
    bool unflushed_ = false; // the disk has refused it
    bool flush_due_ = false; // soon_ is armed
    bool again_due_ = false; // again_ is armed
    std::unique_ptr<Alarm> again_;
    std::unique_ptr<Alarm> soon_;
    TaskScope tasks_;
};

} // namespace hotreload::project
