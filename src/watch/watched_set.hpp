// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// The watched files of one service, or of one project file and what it reads. Events only mark
// what has to be looked at; what counts is the content on disk, which look() gives.

#include "base/completion.hpp"
#include "core/files_port.hpp"
#include "watch/debounce.hpp"
#include "watch/file_table.hpp"
#include "watch/tree_watcher.hpp"

#include <functional>
#include <memory>
#include <vector>

namespace hotreload::watch {

class WatchedSet final : public WatchedFiles, TreeUser, FileMarks {
public:
    using OnSettled = Files::OnSettled;

    // Makes a set, as Files::watch().
    static Result<std::unique_ptr<WatchedSet>> make(TreeWatcher& watcher,
                                                    const std::vector<WatchDefinition>& definitions,
                                                    OnSettled on_settled, OnRead on_read = {});

    WatchedSet(TreeWatcher& watcher, Selection selection, OnSettled on_settled, OnRead on_read);
    ~WatchedSet() override;
    WatchedSet(const WatchedSet&) = delete;
    WatchedSet& operator=(const WatchedSet&) = delete;

    Look look(Rescan how) override;
    Task<> look_ahead(Rescan how) override;
    [[nodiscard]] std::uint64_t mark() const override { return files_.mark(); }
    [[nodiscard]] std::vector<std::string> written_since(std::uint64_t mark) const override {
        return files_.written_since(mark);
    }
    [[nodiscard]] bool unsettled() const override;
    [[nodiscard]] Duration changed_at() const override { return changed_at_; }
    [[nodiscard]] const WatchState& state() const override { return state_; }
    [[nodiscard]] PathMatch explain(const std::string& path) const override;
    [[nodiscard]] std::set<std::string> names_of(const std::string& physical) const override;

private:
    void everything_suspect() override;
    void written_suspect() override;
    void queue_drained(std::chrono::steady_clock::time_point until) override;
    [[nodiscard]] bool due() const override;
    bool settle(std::chrono::steady_clock::time_point until) override;
    void mounts_changed(const std::unordered_set<std::string>& points) override;
    [[nodiscard]] bool polled() const override;
    void poll() override;
    [[nodiscard]] bool scannable() const override;
    bool scan_some(std::chrono::steady_clock::time_point until) override;

    void file_event(const std::string& directory, const EntryEvent& event) override;
    void file_found(const std::string& directory, std::string_view name, bool regular) override;
    void file_suspect(const std::string& directory, std::string_view name) override;
    void files_suspect(const std::string& directory) override;
    void tree_suspect() override;

    void dirty(const Timing& timing);
    void schedule();
    void settle_at_once();
    [[nodiscard]] bool files_due() const;
    bool go_on_listing(std::chrono::steady_clock::time_point until);
    bool repair_tree(std::chrono::steady_clock::time_point until);
    bool refresh(Rescan how, std::chrono::steady_clock::time_point until);
    void resume_those_who_wait();
    void try_written_again();
    [[nodiscard]] WatchState current_state() const;
    bool update_state();

    TreeWatcher& watcher_;
    Selection selection_;
    std::shared_ptr<OnSettled> on_settled_;
    DirectoryTree tree_;
    FileTable files_;
    Debounce debounce_;
    Duration changed_at_{};
    os::Timer timer_;
    os::Timer retry_;
    WatchState state_;
    std::vector<Completion<bool>::Resolver> waiting_; // who waits for look_ahead()
    int retries_ = 0;
    bool at_once_ = false; // it is due, whatever the debounce says
    bool state_untold_ = false;
    bool looked_ = false;
    bool tree_suspect_ = false;
    bool listed_ = false; // to the end, in several turns, which has yet to be told
    bool all_suspect_ = false;
};

} // namespace hotreload::watch
