// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// JSON Schema (drafts 4 to 2020-12, by its "$schema"; 2020-12 without) over documents of any
// format. References lead only within the schema itself, and to the drafts' own: nothing is
// fetched. "format" and "content…" say nothing.

#include "base/error.hpp"
#include "core/value.hpp"

#include <expected>
#include <memory>
#include <string>
#include <vector>

namespace hotreload {

namespace document {
struct CompiledSchema;
}

class Schema {
public:
    // `document` is the schema, parsed (JSON, TOML or YAML), and `name` what it is called in
    // problems. The problem has its line and column.
    static std::expected<Schema, Problem> compile(const Value& document,
                                                  std::string name = "the schema");
    Schema(Schema&&) noexcept;
    Schema& operator=(Schema&&) noexcept;
    ~Schema();

    // Everything that is wrong with `document` (the first thousand): each with the line and column
    // of the value, and a message that names the key (as to_key() has it), the rule and what would
    // satisfy it. A key that is missing is told at the object that misses it. Secret values are not
    // quoted: no value is. Sorted by place. It takes about a second at most: a schema that makes
    // more work than that, or a pattern, is a problem that says so.
    [[nodiscard]] std::vector<Problem> check(const Value& document) const;

private:
    Schema(std::unique_ptr<const document::CompiledSchema> compiled, std::string name);
    std::unique_ptr<const document::CompiledSchema> compiled_;
    std::string name_;
};

} // namespace hotreload
