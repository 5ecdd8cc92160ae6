// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Runs the built hotreloadctl on the bus of the test.

#include <sys/types.h>

#include <cstdio>
#include <string>
#include <vector>

namespace hotreload::ctl {

struct Ended {
    int status = -1;
    std::string out;
    std::string err;
};

// `--user` is put in front. `directory` is where it runs.
Ended run_ctl(const std::vector<std::string>& arguments, const std::string& directory = "/");

// A process of hotreloadctl that goes on until it is interrupted.
class CtlProcess {
public:
    explicit CtlProcess(const std::vector<std::string>& arguments,
                        const std::string& directory = "/");
    ~CtlProcess();
    CtlProcess(const CtlProcess&) = delete;
    CtlProcess& operator=(const CtlProcess&) = delete;

    std::string read_line(); // waits for one; "" at the end
    std::string read_rest();
    void interrupt() const;
    int wait(); // exit status; -1 when a signal ended it

private:
    pid_t pid_ = -1;
    std::FILE* out_ = nullptr;
};

} // namespace hotreload::ctl
