// SPDX-License-Identifier: LGPL-2.1-or-later
//
// The verdicts of the JSON-Schema-Test-Suite, as Debian's package json-schema-test-suite has it.
#include "document/schema.hpp"
#include "parsing.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace hotreload {
namespace schema_suite_test {

using namespace short_hand;
namespace fs = std::filesystem;

const fs::path kSuite = "/usr/share/json-schema-test-suite/tests";

struct Draft {
    const char* folder;
    const char* schema;
    std::size_t least; // verdicts: as many as the first package had
};
constexpr std::array kDrafts = {
    Draft{"draft4", "http://json-schema.org/draft-04/schema#", 300},
    Draft{"draft6", "http://json-schema.org/draft-06/schema#", 380},
    Draft{"draft7", "http://json-schema.org/draft-07/schema#", 400},
};

// Exception is what is not asked for, and why.
struct Exception {
    std::string_view file;
    std::string_view group; // of that name; empty: all
    std::string_view why;
};
constexpr std::array kExceptions = {
    Exception{"refRemote.json", "", "nothing is fetched"},
    Exception{"format.json", "", "\"format\" says nothing"},
    Exception{"format", "", "\"format\" says nothing"}, // the folder
    Exception{"content.json", "", "nor does \"contentMediaType\""},
    Exception{"ecmascript-regex.json", "ECMA 262 regex non-compliance",
              "that is a \"format\", too"},
};

bool is_excepted(const fs::path& file, std::string_view group) {
    return std::ranges::any_of(kExceptions, [&](const Exception& each) {
        return (each.file == file.filename() || each.file == file.parent_path().filename()) &&
               (each.group.empty() || each.group == group);
    });
}

std::string text_of(const fs::path& file) {
    std::ifstream stream(file);
    return {std::istreambuf_iterator(stream), {}};
}

const Value& member(const Value& object, std::string_view key) {
    return object.object()->find(key)->second;
}

// The number of verdicts that were asked for.
std::size_t check_group(const Draft& draft, const fs::path& file, const Value& group) {
    const auto& name = *member(group, "description").string();
    if (is_excepted(file, name))
        return 0;
    auto schema = member(group, "schema");
    if (auto* object = std::get_if<Value::Object>(&schema.data))
        object->try_emplace("$schema", Value{.data = std::string(draft.schema)});
    const auto compiled = Schema::compile(schema);
    if (!compiled) {
        ADD_FAILURE() << file << ", " << name << ": " << to_string(compiled.error());
        return 0;
    }
    const auto& tests = *member(group, "tests").array();
    for (const auto& test : tests) {
        const auto problems = compiled->check(member(test, "data"));
        EXPECT_EQ(problems.empty(), std::get<bool>(member(test, "valid").data))
            << file << ", " << name << ", " << *member(test, "description").string()
            << (problems.empty() ? "" : ": " + problems.front().message);
    }
    return tests.size();
}

TEST(SchemaSuite, EveryVerdictIsRight) {
    if (!fs::exists(kSuite))
        GTEST_SKIP() << kSuite << " is not there: install json-schema-test-suite";
    for (const auto& draft : kDrafts) {
        std::size_t verdicts = 0;
        for (const auto& entry : fs::recursive_directory_iterator(kSuite / draft.folder)) {
            if (entry.path().extension() != ".json")
                continue;
            const auto groups = parsed(Format::Json, text_of(entry.path()));
            for (const auto& group : *groups.array())
                verdicts += check_group(draft, entry.path(), group);
        }
        EXPECT_GE(verdicts, draft.least) << draft.folder;
    }
}

} // namespace schema_suite_test
} // namespace hotreload
