// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Errors are values: every operation that can fail returns Result<T>. An error says what went
// wrong in words meant for a person and, where a file is to blame, where in it. It grows context
// on its way up; the caller that stops it logs it, once.

#include "base/words.hpp"

#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hotreload {

enum class ErrorCode {
    Invalid,       // the input is wrong; a person has to change it
    NotFound,      // no such file, target, unit
    NotAuthorized, // the caller may not
    NeedsPassword, // the caller may, when somebody gives a password
    Busy,          // somebody else is at it
    TimedOut,      // it did not happen in time
    Failed,        // anything else that the system answered
};

// Audience is who reads what we tell. Names, places, states and strategies are for everybody;
// values, lines of files and what programs printed are for those who may inspect, because they may
// hold secrets.
enum class Audience { Inspectors, Everybody };

template <>
inline constexpr auto kWordsOf<Audience> = words<Audience>({
    {Audience::Inspectors, "inspectors"},
    {Audience::Everybody, "everybody"},
});

// Problem is what is wrong at one place of one file. Line and column count from 1; 0 means "not
// known". Everybody is told the place; the message only where its producer says so, so that a
// message which quotes by oversight is told to too few people rather than to too many.
struct Problem {
    std::string path;
    unsigned line = 0;
    unsigned column = 0;
    std::string message;
    Audience audience = Audience::Inspectors; // of the message

    // The same, by a producer who knows that the message quotes nothing but names.
    [[nodiscard]] Problem for_everybody() && {
        audience = Audience::Everybody;
        return std::move(*this);
    }

    bool operator==(const Problem&) const = default;
};

// The problem as `reader` may see it: with words in place of a message that is not for
// the reader, which say how to get it.
Problem shown_to(Audience reader, Problem problem);

// `path:line:column: message`, leaving out what is not known.
std::string to_string(const Problem& problem);

struct Error {
    ErrorCode code = ErrorCode::Failed;
    std::string message;
    std::string hint{};               // what to do about it, where the message does not say so
    std::optional<Problem> problem{}; // the first of those of a file that it is about

    // The same error, with what was being done put in front: "reading x: No such file".
    [[nodiscard]] Error in_context(std::string_view doing) && {
        message = std::string(doing) + ": " + message;
        return std::move(*this);
    }

    bool operator==(const Error&) const = default;
};

// The error as `reader` may see it: where it is about a problem whose message is not for the
// reader, its own message is not either.
Error shown_to(Audience reader, Error error);

// The message, and the hint where there is one: "no project \"shap\"; did you mean \"shop\"?"
std::string to_string(const Error& error);

template <class T = void>
using Result = std::expected<T, Error>;

// Checked is the result of a loader, which reports everything that is wrong and not only the first
// mistake.
template <class T>
using Checked = std::expected<T, std::vector<Problem>>;

inline std::unexpected<Error> fail(ErrorCode code, std::string message) {
    return std::unexpected(Error{code, std::move(message)});
}

// The error for a failed system call: `doing` and what errno means.
std::unexpected<Error> fail_errno(int error, std::string_view doing);

} // namespace hotreload
