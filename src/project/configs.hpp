// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// The documents that a project publishes: [configs], on the bus and as files. What a document says
// is known a while after it was looked at; a newer look counts in place of an older.

#include "base/clock.hpp"
#include "base/task.hpp"
#include "core/events.hpp"
#include "core/files_port.hpp"
#include "core/published_files_port.hpp"
#include "project/contents.hpp"
#include "project/ledger.hpp"
#include "project/project_file.hpp"

#include <cstdint>
#include <expected>
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
            PublishedFiles& published, Events& events, std::function<ReloadId()> new_id);
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

    // The content of the path as somebody else has seen it; nullptr: nobody has.
    using Seen = std::function<const ContentId*(const std::string& path)>;
    // What others have seen is looked at as well. Ends when that is known, and published, and each
    // document was once: whoever is started or reloaded then finds it in the file.
    Task<> catch_up(const Seen& seen);

    // Accounts may be known by now that were not when the files were written.
    void look_up_readers_again();
    // The project went down: its files go.
    void withdraw();

    [[nodiscard]] std::vector<ConfigStatus> statuses() const;
    // nullptr: there is none of that name, or it is not watched.
    [[nodiscard]] const WatchedFiles* files(const std::string& name) const;

private:
    struct Published {
        ConfigDefinition definition;
        std::unique_ptr<WatchedFiles> files;
        bool due = false;
        std::optional<ContentId> looked_at;  // what was told of it last
        std::optional<ContentId> looking_at; // that is not known yet
        std::uint64_t look = 0;              // the number of the last one, of all that there were
        std::uint64_t known = 0;             // the number of the last one of which all is known
        std::vector<Problem> unseen;         // changes that cannot be seen, as of the last look
        ConfigStatus status;                 // without `unwritten`
        std::optional<Problem> unwritten;    // why its file is not as the status
        // The revision in the file, of a value that the record does not know: the disk did not take
        // it, and we died. 0: there is none.
        std::uint64_t forgotten = 0;
        std::optional<std::vector<std::string>> readers; // of its file; nothing: as it was left
    };

    Task<> known(std::vector<std::string> names);
    void define(Published& config, const ConfigDefinition& definition);
    void look_at(Published& config, Rescan rescan);
    Result<std::unique_ptr<WatchedFiles>> watch(Published& config);
    void take_what_is_there(Published& config, Rescan rescan);
    // The record of it; revision 0: there is none.
    [[nodiscard]] ConfigRecord record_of(const ConfigDefinition& definition) const;
    void take(Published& config, const std::map<std::string, ContentId>& files);
    Task<> examine(std::string name, std::uint64_t look, Documents::Request request);
    Task<> examine_one(std::string name, std::uint64_t look, Documents::Request request);
    void examined(const std::string& name, std::uint64_t look);
    // What is on record of it, as JSON.
    Task<std::expected<std::string, Problem>> value_of(ConfigRecord record);
    Task<> bring_back(std::uint64_t look, ConfigRecord record, ConfigStatus status);
    [[nodiscard]] Published* find(const std::string& name, std::uint64_t look);
    void take_up(Published& config, const Documents::Request& request, DocumentState state,
                 SharedBytes value);
    void tell(Published& config, ConfigStatus status);
    void write(Published& config);
    void write_unwritten();
    [[nodiscard]] std::vector<std::string> readers_of(const ConfigDefinition& definition) const;

    Clock& clock_;
    Files& files_;
    Contents& contents_;
    Ledger& ledger_;
    const ProjectFile& file_;
    PublishedFiles& published_;
    Events& events_;
    std::function<ReloadId()> new_id_;
    std::map<std::string, Published> configs_;
    std::uint64_t looks_ = 0; // so many were begun
    std::size_t examining_ = 0;
    std::vector<std::function<void()>> waiting_; // who waits for something to be known
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true); // for who waits
    bool withdrawn_ = false;
    std::unique_ptr<Alarm> again_;
    TaskScope tasks_;
};

} // namespace hotreload::project
