// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/validator_output.hpp"

#include "fuzz.hpp"

#include <string>

using namespace hotreload;

// The output of a validator, as much of it as is kept.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    constexpr std::size_t kept = 16 * 1024;
    const auto text = fuzz::text_of(data, size).substr(0, kept);
    const auto of_ours = [](std::string_view name) {
        return name == "x" ? std::optional<std::string>(name) : std::nullopt;
    };
    const auto problem = problem_in_output({.reason = "exit code 1", .output = std::string(text)},
                                           "/usr/bin/check", of_ours);
    fuzz::expect(!problem.message.empty(), "a failure has a reason");
    fuzz::expect(problem.message.find('\n') == std::string::npos, "it is one line");
    fuzz::expect(problem.path.empty() == (problem.line == 0), "a place is a file and a line");
    fuzz::expect(problem.path.empty() || text.contains(problem.path), "the file was named");
    return 0;
}
