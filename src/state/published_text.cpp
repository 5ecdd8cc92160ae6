// SPDX-License-Identifier: LGPL-2.1-or-later
#include "state/published_text.hpp"

#include "base/utf8.hpp"

#include <jsoncons/json_encoder.hpp>

#include <charconv>

namespace hotreload::state {

namespace {

// Of this layout. What is new beside it is no reason for another number.
constexpr std::uint64_t kPublishedFormat = 1;

void write_problem(jsoncons::compact_json_string_encoder& out, const Problem& problem) {
    out.begin_object();
    out.key("path");
    out.string_value(to_utf8(problem.path));
    out.key("line");
    out.uint64_value(problem.line);
    out.key("column");
    out.uint64_value(problem.column);
    out.key("message");
    out.string_value(to_utf8(problem.message));
    out.end_object();
}

} // namespace

// The value is JSON already, and may be large: it stands at the end as it is.
std::string published_text(const ConfigStatus& status, std::uint64_t realtime_usec) {
    std::string text;
    jsoncons::compact_json_string_encoder out(text);
    out.begin_object();
    out.key("format");
    out.uint64_value(kPublishedFormat);
    out.key("revision");
    out.uint64_value(status.revision);
    out.key("state");
    out.string_value(to_string(status.state.value_or(ConfigStatus::State::Missing)));
    out.key("path");
    out.string_value(to_utf8(status.path));
    out.key("problems");
    out.begin_array();
    for (const auto& problem : status.problems)
        write_problem(out, problem);
    out.end_array();
    out.key("time_usec");
    out.uint64_value(realtime_usec);
    out.end_object();
    out.flush();
    if (!status.value.empty()) {
        text.pop_back();
        text.append(",\"value\":").append(status.value.view()).append("}");
    }
    text += '\n';
    return text;
}

std::uint64_t published_revision(std::string_view head) {
    constexpr std::string_view before = R"({"format":1,"revision":)";
    constexpr auto most = std::uint64_t{1} << 53; // that JSON is sure to carry
    std::uint64_t revision = 0;
    if (!head.starts_with(before))
        return 0;
    head.remove_prefix(before.size());
    std::from_chars(head.data(), head.data() + head.size(), revision);
    return revision < most ? revision : 0;
}

} // namespace hotreload::state
