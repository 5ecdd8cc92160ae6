// SPDX-License-Identifier: LGPL-2.1-or-later
#include "ctl/command_line.hpp"

#include <poll.h>
#include <unistd.h>

#include <cstdio>
#include <exception>

namespace {

// Whoever reads has what they wanted, as head(1) has.
bool reader_has_left() {
    pollfd output{.fd = STDOUT_FILENO, .events = 0, .revents = 0};
    return ::poll(&output, 1, 0) == 1 && (output.revents & POLLERR) != 0;
}

} // namespace

int main(int argc, char** argv) {
    using namespace hotreload::ctl;
    try {
        CommandLine line;
        if (const auto status = line.parse(argc, argv))
            return static_cast<int>(*status);
        Session session(line.options());
        const auto answer = line.chosen().run(session);
        if (std::ferror(stdout) && !reader_has_left()) { // half of an answer is none
            std::fprintf(stderr, "hotreloadctl: the output cannot be written\n");
            return static_cast<int>(ExitStatus::Failed);
        }
        if (answer)
            return static_cast<int>(*answer);
        std::fprintf(stderr, "hotreloadctl: %s\n", answer.error().message.c_str());
        return static_cast<int>(answer.error().status);
    } catch (const std::exception& error) { // a library's, or out of memory
        std::fprintf(stderr, "hotreloadctl: %s\n", error.what());
        return static_cast<int>(ExitStatus::Failed);
    }
}
