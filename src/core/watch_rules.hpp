// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// WatchRules are what the watches of a service say of a path.

#include "core/change.hpp"
#include "core/definition.hpp"
#include "core/document_state.hpp"
#include "core/key_pattern.hpp"
#include "core/record.hpp"
#include "core/selection.hpp"

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace hotreload {

// The patterns of watches, parsed: they are asked at each save.
class WatchPatterns {
public:
    explicit WatchPatterns(const std::vector<WatchDefinition>& watches);

private:
    friend class WatchRules;
    struct KeyRules {
        std::vector<KeyPattern> patterns;
        std::vector<std::optional<Strategy>> strategies; // of each pattern
    };

    Selection selection_;
    std::vector<KeyRules> keys_; // for each watch, in the order of the definitions
};

class WatchRules {
public:
    // `service` outlives it. `patterns` are those of the service's watches; nullptr: nobody has
    // parsed them yet. Without `automatic` it is not asked for strategies.
    explicit WatchRules(const MemberDefinition& service,
                        std::shared_ptr<const WatchPatterns> patterns = nullptr,
                        Automatic automatic = {});

    [[nodiscard]] const std::shared_ptr<const WatchPatterns>& patterns() const { return patterns_; }

    // The first watch that the path belongs to; nullptr for none.
    [[nodiscard]] const WatchDefinition* watch(const std::string& path) const;

    // The path is the schema of one of the watches.
    [[nodiscard]] bool is_schema(const std::string& path) const;

    // Bytes for a path of no watch.
    [[nodiscard]] Format format(const std::string& path) const;

    // The strategy that a change of the file asks for, and by which rule: its watch's on_change,
    // else the service's strategy, else what is automatic.
    [[nodiscard]] Effect strategy(const std::string& path) const;

    // The strategy that a difference of the document at `path` asks for: of each key that it
    // touches, the most specific pattern of `keys` decides, and the file's strategy where none
    // matches; the highest counts.
    [[nodiscard]] Effect strategy(const std::string& path, const KeyDifference& difference) const;

private:
    [[nodiscard]] Effect automatic(const std::string& path) const;

    const MemberDefinition& service_;
    std::shared_ptr<const WatchPatterns> patterns_;
    Automatic automatic_;
};

// A refused set (`together`) of which only some files have changed waits for the others, which may
// be to come, as the key of a new certificate.
bool waits_for_rest_of_set(const MemberRecord& record);

} // namespace hotreload
