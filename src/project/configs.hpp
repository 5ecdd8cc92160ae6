// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// The documents that a project publishes: [configs]. They have nothing to do with services.

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
    Configs(Files& files, Contents& contents, Ledger& ledger, const ProjectFile& file,
            Events& events, std::function<std::uint64_t()> next_id);
    ~Configs();
    Configs(const Configs&) = delete;
    Configs& operator=(const Configs&) = delete;

    // What is published becomes that which the definition names.
    void publish();
    // The disk is read: somebody asks for a reload.
    void look_at_all();
    // What has settled is looked at; on_due says when there is something.
    void look_at_due();
    std::function<void()> on_due;

    [[nodiscard]] std::vector<ConfigStatus> statuses() const;
    // nullptr: there is none of that name, or it is not watched.
    [[nodiscard]] const WatchedFiles* files(const std::string& name) const;

private:
    struct Published {
        ConfigDefinition definition;
        std::unique_ptr<WatchedFiles> files;
        bool due = false;
        std::optional<ContentId> looked_at; // what was told of it last
        ConfigStatus status;
    };

    void look_at(Published& config, Rescan rescan);
    Result<std::unique_ptr<WatchedFiles>> watch(Published& config);
    void take_what_is_there(Published& config, Rescan rescan);
    void take(Published& config, ContentId now);
    void tell(Published& config, ConfigStatus status);
    void tell_change(const Published& config, const ContentId& before, const ContentId& now);

    Files& files_;
    Contents& contents_;
    Ledger& ledger_;
    const ProjectFile& file_;
    Events& events_;
    std::function<std::uint64_t()> next_id_;
    std::map<std::string, Published> configs_;
};

} // namespace hotreload::project
