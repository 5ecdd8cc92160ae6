// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Details are what an event is about beyond names and places: values, and reasons that quote.
// Everybody is told the event with its id; those who may inspect can ask for the details that
// belong to the id.

#include "base/task.hpp"
#include "core/outcome.hpp"
#include "core/plan.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace hotreload {

// KeyStep is one operation of a patch without its value, for everybody.
struct KeyStep {
    PatchOperation::Kind operation = PatchOperation::Kind::Replace;
    std::string pointer; // "/log/level": RFC 6901

    bool operator==(const KeyStep&) const = default;
};

// A service's definition (`name` is the service), a published config (its name) or another watched
// document (its path) that changed in meaning.
struct ConfigChange {
    std::string project;
    std::string name;
    bool published = false; // the name is a published config's
    std::vector<KeyStep> keys;
    std::size_t more = 0; // keys beyond those, which are not told one by one
    // Old and new value, and the RFC 6902 patch with old values, as JSON with secrets masked: made
    // when somebody asks, for nobody may.
    struct Texts {
        std::string before;
        std::string after;
        std::string patch;
    };
    std::function<Task<Texts>()> texts;
    std::size_t bytes = 0; // of memory that `texts` holds on to, about
};

struct Announced {
    std::string project;
    std::string target; // as in Events::validation_failed
    Problem problem;
};

// Details belong to one id; of several projects where they were asked for together.
struct Details {
    ReloadId id;
    std::vector<Plan> plans;
    std::vector<Outcome> outcomes;
    std::vector<Announced> problems;
    std::vector<ConfigChange> changes;
};

} // namespace hotreload
