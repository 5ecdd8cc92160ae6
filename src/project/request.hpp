// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Request is what somebody asks of a project; what its files ask for needs none.

#include "core/handed_files.hpp"
#include "core/outcome.hpp"
#include "core/plan.hpp"
#include "core/record.hpp"
#include "core/trigger.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace hotreload::project {

using Names = std::set<std::string>;

// The state that each service goes back to.
using Goals = std::map<std::string, GenerationRecord>;

struct Request {
    enum class Kind {
        Reload, // a transaction, with what `options` say
        Stop,   // until Start: own units and installed ones alike
        Remove, // Down: stop the own units and forget everything
    };

    Kind kind = Kind::Reload;
    ReloadId id;
    std::optional<std::string> service; // nothing: the whole project
    PlanOptions options;
    std::optional<Duration> drain = {}; // of this time only
    struct Rollback {
        std::uint64_t generation = 0;    // 0: the one before the applied one
        bool restore_files = false;      // write the content of watched files back
        std::optional<Goals> goals = {}; // nothing: they are to be found
        // They were found and the files were written: a rollback that begins again does neither
        // anew.
        bool prepared = false;
    };
    std::optional<Rollback> rollback = {};
    // Contents for watched files, to be written once all is checked.
    struct Apply {
        HandedFiles files;
        Duration confirm{}; // zero: nobody has to confirm it
    };
    std::optional<Apply> apply = {};
    AskedBy caller = {};
    // Services that the request is about, in place of `service`.
    Names services = {};
    Trigger trigger = Trigger::Request;
    ReloadId unconfirmed = {}; // the transaction that is taken back by this one
    std::string left = {};     // why files could not be put back when that was tried before
    Names stopped = {}; // services that were to stop after this was asked for: they stay down
    std::vector<FileRestored> files = {}; // by the request, so far
    std::move_only_function<void(const Outcome&)> done;
};

// Changes are held back for a time; zero: until somebody resumes.
struct PauseRequest {
    Duration time{};
    std::string reason; // as it was given; may be ""
    AskedBy caller;
};

} // namespace hotreload::project
