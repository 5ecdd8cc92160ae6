// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// The documents that a project publishes: [configs]. They have nothing to do with services. What a
// document says is known a while after it was looked at; a newer look counts in place of an older.

#include "base/clock.hpp"
#include "base/task.hpp"
#include "core/events.hpp"
#include "core/files_port.hpp"
#include "project/contents.hpp"
#include "project/ledger.hpp"
#include "project/project_file.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace hotreload::project {

class Configs {
public:
    Configs(Clock& clock, Files& files, Contents& contents, Ledger& ledger, const ProjectFile& file,
            Events& events, std::function<ReloadId()> new_id);
    ~Configs();
    Configs(const Configs&) = delete;
    Configs& operator=(const Configs&) = delete;

    // The documents that the definition names are published, and no others.
    void publish();
    // The disk is read: somebody asks for a reload.
    void look_at_all();
    // Documents that have settled are looked at; on_due says when there is something.
    void look_at_due();
    // There is something to look at, or what was looked at is known.
    std::function<void()> on_due;

    // The contents of all of them are known, as far as they were looked at.
    [[nodiscard]] bool all_known() const { return examining_ == 0; }
    Task<> known();

    [[nodiscard]] std::vector<ConfigStatus> statuses() const;
    // nullptr: there is none of that name, or it is not watched.
    [[nodiscard]] const WatchedFiles* files(const std::string& name) const;

private:
    struct Published {
        ConfigDefinition definition;
        std::unique_ptr<WatchedFiles> files;
        bool due = false;
        std::optional<ContentId> looked_at; // what was told of it last
        std::uint64_t look = 0;             // the number of the last one, of all that there were
        std::vector<Problem> unseen;        // changes that cannot be seen, as of the last look
        ConfigStatus status;
    };

    void look_at(Published& config, Rescan rescan);
    Result<std::unique_ptr<WatchedFiles>> watch(Published& config);
    void take_what_is_there(Published& config, Rescan rescan);
    // The record of it; revision 0: there is none.
    [[nodiscard]] ConfigRecord record_of(const ConfigDefinition& definition) const;
    void take(Published& config, const std::map<std::string, ContentId>& files);
    Task<> examine(std::string name, std::uint64_t look, Documents::Request request);
    Task<> examine_one(std::string name, std::uint64_t look, Documents::Request request);
    void examined();
    Task<> bring_back(std::string name, std::uint64_t look, ConfigRecord record);
    [[nodiscard]] Published* find(const std::string& name, std::uint64_t look);
    void publish(Published& config, const Documents::Request& request, DocumentState state,
                 std::string value);
    void tell(Published& config, ConfigStatus status);

    Clock& clock_;
    Files& files_;
    Contents& contents_;
    Ledger& ledger_;
    const ProjectFile& file_;
    Events& events_;
    std::function<ReloadId()> new_id_;
    std::map<std::string, Published> configs_;
    std::uint64_t looks_ = 0; // so many were begun
    std::size_t examining_ = 0;
    std::vector<std::function<void()>> waiting_; // who waits for known()
    TaskScope tasks_;
};

} // namespace hotreload::project
