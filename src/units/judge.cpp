// SPDX-License-Identifier: LGPL-2.1-or-later
#include "units/judge.hpp"

#include "base/ascii.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <format>

namespace hotreload::units {

namespace {

bool active(const UnitState& state) {
    return state.active_state == "active" || state.active_state == "reloading" ||
           state.active_state == "refreshing";
}

// The error for a result of a job that does not depend on what the unit is.
std::optional<Error> refused_job(std::string_view job_result, std::string_view what) {
    using Word = std::pair<std::string_view, std::string_view>;
    static constexpr std::array<Word, 8> rows = {{
        {"canceled", "was canceled by another job"},
        {"dependency", "was given up, because a unit that it depends on failed"},
        {"skipped", "was skipped by the manager"},
        {"assert", "was given up, because an Assert…= of the unit does not hold"},
        {"unsupported", "is not supported on this machine"},
        {"collected", "was given up, because the unit is gone"},
        {"once", "was given up, because the unit can be started only once"},
        {"frozen", "was given up, because the unit is frozen"},
    }};
    for (const auto& [result, words] : rows)
        if (job_result == result)
            return Error{ErrorCode::Failed, std::format("the {} {}", what, words)};
    return {};
}

// The manager keeps the errno of a service's last complaint until the service takes it back or
// starts anew. An errno that stood there before the reload therefore says little: what the
// service says of itself in words decides. Words that did not change take nothing back.
bool complains(const UnitState& before, const UnitState& after) {
    if (after.status_errno == 0)
        return false;
    if (after.status_errno != before.status_errno || after.status_text == before.status_text)
        return true;
    const auto text = to_lower(after.status_text);
    static constexpr std::array<std::string_view, 14> words = {
        "error", "fail",    "invalid", "refus",   "reject",     "cannot", "unable",
        "bad",   "missing", "unknown", "keeping", "unexpected", "denied", "wrong"};
    return std::ranges::any_of(words, [&](auto word) { return text.contains(word); });
}

std::string complaint(const UnitState& state) {
    const auto* meaning = ::strerrordesc_np(state.status_errno);
    std::string text = std::format("the service refused: {}", meaning ? meaning : "error");
    if (!state.status_text.empty())
        text = std::format("the service refused: {} ({})", state.status_text,
                           meaning ? meaning : std::to_string(state.status_errno));
    return text;
}

} // namespace

Result<> judge_start(std::string_view job_result, const UnitFacts& after) {
    if (job_result == "done")
        return {};
    if (auto error = refused_job(job_result, "start"))
        return std::unexpected(std::move(*error));
    if (job_result == "timeout" || after.state.result == "timeout")
        return fail(ErrorCode::TimedOut, std::format("timeout: not ready within {}",
                                                     format_duration(after.start_timeout)));
    return fail(ErrorCode::Failed, describe_failure(after.state));
}

Result<> judge_stop(std::string_view job_result, const UnitFacts& after) {
    if (job_result == "done" || !after.state.running())
        return {};
    if (auto error = refused_job(job_result, "stop"))
        return std::unexpected(std::move(*error));
    return fail(ErrorCode::Failed, std::format("the stop job ended with \"{}\"", job_result));
}

Result<> judge_reload(std::string_view job_result, const UnitFacts& before,
                      const UnitFacts& after) {
    const auto& was = before.state;
    const auto& is = after.state;
    if (job_result == kDeadline) {
        // The manager tells a service of no other reload before that: what would do is not read.
        const bool still = is.active_state == "reloading";
        return fail(ErrorCode::TimedOut,
                    std::format("the service said that it reloads and did not say that it is "
                                "ready within {}{}",
                                format_duration(after.start_timeout),
                                still
                                    ? "; until it does, or is restarted, it is not told of changes"
                                    : ""));
    }
    if (!active(is))
        return fail(ErrorCode::Failed,
                    "the service ended during the reload: " + describe_failure(is));
    if (was.main_pid != 0 && is.main_pid != was.main_pid)
        return fail(ErrorCode::Failed, "the service was restarted during the reload");
    if (is.reload_result == "timeout" || job_result == "timeout")
        return fail(ErrorCode::TimedOut, std::format("the reload was not finished within {}",
                                                     format_duration(after.start_timeout)));
    if (auto error = refused_job(job_result, "reload"))
        return std::unexpected(std::move(*error));
    if (is.reload_result == "exit-code")
        return fail(ErrorCode::Failed, "the reload command failed; the service runs on as it was");
    if (is.reload_result != "success")
        return fail(ErrorCode::Failed, "the reload failed: " + is.reload_result);
    if (job_result != "done")
        return fail(ErrorCode::Failed, std::format("the reload job ended with \"{}\"", job_result));
    if (complains(was, is))
        return fail(ErrorCode::Failed, complaint(is));
    return {};
}

bool finished(const UnitFacts& facts) {
    return facts.type == "oneshot" && facts.state.active_state == "inactive" &&
           facts.state.result == "success";
}

std::optional<std::string> broken(const UnitState& before, const UnitFacts& now) {
    if (finished(now))
        return {};
    if (!active(now.state))
        return describe_failure(now.state);
    if (now.state.restarts != before.restarts)
        return "it ended and was started again by the manager";
    if (now.state.main_pid != before.main_pid)
        return "its main process was replaced";
    return {};
}

} // namespace hotreload::units
