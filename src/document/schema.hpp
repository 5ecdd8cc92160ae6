// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// JSON Schema (drafts 4 to 2020-12, by its "$schema"; 2020-12 without) over documents of any
// format. References lead only within the schema itself: nothing is fetched.

#include "base/error.hpp"
#include "core/value.hpp"

#include <expected>
#include <memory>
#include <vector>

namespace hotreload {

class Schema {
public:
    // `document` is the schema, parsed (JSON, TOML or YAML). The problem has its line and column.
    static std::expected<Schema, Problem> compile(const Value& document);
    Schema(Schema&&) noexcept;
    Schema& operator=(Schema&&) noexcept;
    ~Schema();

    // Everything that is wrong with `document`: each with the line and column of the value, and a
    // message that names the key (as to_key() has it), the rule and what would satisfy it. A key
    // that is missing is told at the object that misses it. Secret values are not quoted: no value
    // is. Sorted by place.
    [[nodiscard]] std::vector<Problem> check(const Value& document) const;

private:
    struct Compiled;
    explicit Schema(std::unique_ptr<Compiled> compiled);
    std::unique_ptr<Compiled> compiled_;
};

} // namespace hotreload
