// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Delivery writes what was handed over to the watched files, all of it or nothing, and puts back
// what they held when the transaction that it is for does not hold. It is on record before the
// first file is touched: a death of ours in between is followed by the same delivery again, which
// then knows what was there at first.

#include "base/background.hpp"
#include "core/restoration_port.hpp"
#include "core/transaction.hpp"
#include "project/candidates.hpp"
#include "project/contents.hpp"
#include "project/looks.hpp"

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace hotreload::project {

class Delivery final : public WrittenFiles {
public:
    using MakeRestoration = std::function<std::unique_ptr<Restoration>(const std::string& project)>;
    struct Sees {
        Candidates& candidates;
        Contents& contents;
        Ledger& ledger;
        Looks& looks;
        Background& background;
        MakeRestoration make_restoration;
    };

    // `files`: the contents of the candidate. All of what it sees outlives it.
    Delivery(const Sees& sees, Candidate candidate, HandedFiles files);
    ~Delivery() override;
    Delivery(const Delivery&) = delete;
    Delivery& operator=(const Delivery&) = delete;

    // The delivery of a candidate on record: to go on with it, or to put it back, which takes no
    // more than what was there before.
    static std::unique_ptr<Delivery> resume(const Sees& sees, const Candidate& candidate);

    [[nodiscard]] const Candidate& candidate() const { return candidate_; }
    [[nodiscard]] const HandedFiles& files() const { return files_; }

    // What is on disk now is what a failure goes back to, unless it is on record already. Errors:
    // Busy, when a file holds neither what it held when it was looked at (or is on record with) nor
    // what is handed over. They say what became of the files. What is on record then is to be put
    // back.
    Task<Result<>> write();
    // Files that somebody else has written since are theirs. None is put back where one cannot be.
    Task<> put_back() override;

    // The files held all of it before.
    [[nodiscard]] bool changes_nothing() const;
    // Every file holds what was handed over.
    Task<bool> is_there();
    [[nodiscard]] bool was_put_back() const { return put_back_; }
    // What was done to the files, and why they could not be put back; "" when they were, or when it
    // was not tried.
    [[nodiscard]] std::vector<FileRestored> take_told() { return std::move(told_); }
    [[nodiscard]] const std::string& left() const { return left_; }

private:
    using Wanted = std::map<ContentId, std::string>; // content → a file that holds it

    [[nodiscard]] Wanted contents_to_keep() const;
    Task<Result<>> keep_what_was();
    Task<Result<>> record();
    void pin(const ContentId& id);
    [[nodiscard]] Names services() const;

    const Sees sees_;
    Candidate candidate_;
    HandedFiles files_;
    std::set<ContentId> pinned_; // until the candidate is on record
    bool put_back_ = false;
    std::vector<FileRestored> told_;
    std::string left_;
};

} // namespace hotreload::project
