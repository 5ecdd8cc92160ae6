// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// ProjectFile is what is wanted: the last valid definition of a project, and what is wrong with its
// file as it is now. The file and the env_files that it names are watched.

#include "core/events.hpp"
#include "core/files_port.hpp"
#include "core/kind.hpp"
#include "core/project_reader.hpp"
#include "project/ledger.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace hotreload::project {

class ProjectFile {
public:
    // The definitions that were applied are what is wanted, until the project file says otherwise:
    // it may be invalid.
    ProjectFile(Files& files, ProjectReader& reader, const Kinds& kinds, const Ledger& ledger);
    ProjectFile(const ProjectFile&) = delete;
    ProjectFile& operator=(const ProjectFile&) = delete;

    [[nodiscard]] const ProjectDefinition& definition() const { return definition_; }
    // nullptr: it is not in the project file.
    [[nodiscard]] const MemberDefinition* wanted(const std::string& service) const;
    // The kind of the member that is wanted, else of the one on record, else the first kind.
    [[nodiscard]] const Kind& kind_of(const std::string& service) const;
    [[nodiscard]] const Kind& kind_of(const MemberDefinition& definition) const {
        return kinds_.of(definition);
    }
    // The key by which a member is declared: "services.web".
    [[nodiscard]] std::string key_of(const std::string& service) const;
    [[nodiscard]] Problem problem_at(const std::string& key, std::string message) const {
        return definition_.problem_at(key, std::move(message));
    }

    // Problems of the file as it is now.
    [[nodiscard]] const std::vector<Problem>& problems() const { return problems_; }
    // The file is not there.
    [[nodiscard]] bool missing() const { return missing_; }
    // The env_files that it named last.
    [[nodiscard]] const std::vector<std::string>& sources() const { return sources_; }
    // Tells one state of the file from another, as it was when it was read.
    [[nodiscard]] const std::string& stamp() const { return stamp_; }

    enum class Read {
        Waiting,     // nothing has changed: known() tells when to read it again
        Refused,     // what was valid last stays in force
        RefusedAnew, // the same, for other reasons than before
        Same,        // it means what is in force
        Accepted,    // another definition is in force now
    };
    struct Reading {
        Read result = Read::Refused;
        ProjectDefinition before; // for Accepted
    };
    // Reads the file and takes it into force if it is valid.
    Reading read();
    // Ends when what the last reading waits for is known, or is waited for no longer.
    Task<> known() { return reader_.known(ledger_.record().path); }
    // Reads it, and what is watched follows what it names: what each reading came to.
    std::vector<Reading> read_and_watch(Files::OnSettled on_settled);
    // Only the file itself is watched, for a project that nothing is done for: what is read next is
    // accepted anew.
    void watch_alone(Files::OnSettled on_settled);
    // The files that have settled were seen.
    void seen();
    void unwatch();

    // The definition that would be in force if the file were taken up as it is on disk. nullopt: as
    // with Read::Waiting.
    [[nodiscard]] std::optional<Checked<ProjectDefinition>> draft() const {
        return load(nullptr, nullptr);
    }

private:
    [[nodiscard]] std::optional<Checked<ProjectDefinition>>
    load(std::vector<std::string>* sources, std::unique_ptr<EarlierReading>* earlier) const;
    bool watch(const Files::OnSettled& on_settled);

    Files& files_;
    ProjectReader& reader_;
    const Kinds& kinds_;
    const Ledger& ledger_;
    ProjectDefinition definition_;
    std::unique_ptr<EarlierReading> earlier_;
    bool in_force_ = false; // the definition is of the file
    std::vector<Problem> problems_;
    bool missing_ = false;
    std::string stamp_;
    std::vector<std::string> sources_;
    std::unique_ptr<WatchedFiles> watched_;
    std::vector<std::string> watched_sources_;
    std::pair<Duration, Duration> watched_debounce_;
};

} // namespace hotreload::project
