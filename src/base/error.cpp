// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/error.hpp"

#include <cerrno>
#include <format>
#include <system_error>

namespace hotreload {

Problem shown_to(Audience reader, Problem problem) {
    if (reader == Audience::Everybody && problem.audience != Audience::Everybody) {
        problem.message = "the reason is shown to those who may inspect: hotreloadctl status";
        problem.audience = Audience::Everybody;
    }
    return problem;
}

std::string to_string(const Problem& problem) {
    if (problem.path.empty())
        return problem.message;
    if (problem.line == 0)
        return std::format("{}: {}", problem.path, problem.message);
    if (problem.column == 0)
        return std::format("{}:{}: {}", problem.path, problem.line, problem.message);
    return std::format("{}:{}:{}: {}", problem.path, problem.line, problem.column, problem.message);
}

Error shown_to(Audience reader, Error error) {
    if (error.problem && reader == Audience::Everybody &&
        error.problem->audience != Audience::Everybody) {
        error.problem = shown_to(reader, *std::move(error.problem));
        error.message = to_string(*error.problem);
    }
    return error;
}

std::string to_string(const Error& error) {
    return error.hint.empty() ? error.message : error.message + "; " + error.hint;
}

std::unexpected<Error> fail_errno(int error, std::string_view doing) {
    ErrorCode code = ErrorCode::Failed;
    if (error == ENOENT || error == ENOTDIR)
        code = ErrorCode::NotFound;
    else if (error == EACCES || error == EPERM)
        code = ErrorCode::NotAuthorized;
    return fail(code, std::format("{}: {}", doing, std::generic_category().message(error)));
}

} // namespace hotreload
