// SPDX-License-Identifier: LGPL-2.1-or-later
#include "ctl_process.hpp"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace hotreload::ctl {

namespace {

std::string error_file() {
    return std::filesystem::temp_directory_path() / ("ctl-stderr-" + std::to_string(getpid()));
}

// Called in the child of fork: never returns.
[[noreturn]] void become_ctl(const std::vector<std::string>& arguments,
                             const std::string& directory, int out, int err) {
    dup2(out, STDOUT_FILENO);
    dup2(err, STDERR_FILENO);
    std::vector<char*> argv = {const_cast<char*>("hotreloadctl"), const_cast<char*>("--user")};
    for (const auto& each : arguments)
        argv.push_back(const_cast<char*>(each.c_str()));
    argv.push_back(nullptr);
    if (chdir(directory.c_str()) == 0)
        execv(HOTRELOADCTL, argv.data());
    _exit(127);
}

} // namespace

CtlProcess::CtlProcess(const std::vector<std::string>& arguments, const std::string& directory) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) < 0)
        throw std::runtime_error("no pipe");
    const int err = open(error_file().c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    pid_ = fork();
    if (pid_ == 0)
        become_ctl(arguments, directory, ends[1], err);
    close(err);
    close(ends[1]);
    out_ = fdopen(ends[0], "r");
}

CtlProcess::~CtlProcess() {
    if (pid_ > 0) {
        kill(pid_, SIGKILL);
        waitpid(pid_, nullptr, 0);
    }
    std::fclose(out_);
}

std::string CtlProcess::read_line() {
    char* line = nullptr;
    std::size_t capacity = 0;
    const auto length = getline(&line, &capacity, out_);
    std::string text = length > 0 ? std::string(line, static_cast<std::size_t>(length)) : "";
    std::free(line);
    if (text.ends_with('\n'))
        text.pop_back();
    return text;
}

std::string CtlProcess::read_rest() {
    std::string text;
    for (int c = std::fgetc(out_); c != EOF; c = std::fgetc(out_))
        text += static_cast<char>(c);
    return text;
}

void CtlProcess::interrupt() const {
    kill(pid_, SIGINT);
}

int CtlProcess::wait() {
    int status = 0;
    waitpid(pid_, &status, 0);
    pid_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

Ended run_ctl(const std::vector<std::string>& arguments, const std::string& directory) {
    CtlProcess process(arguments, directory);
    Ended ended;
    ended.out = process.read_rest();
    ended.status = process.wait();
    std::ifstream err(error_file());
    ended.err = {std::istreambuf_iterator<char>(err), {}};
    return ended;
}

} // namespace hotreload::ctl
