// SPDX-License-Identifier: LGPL-2.1-or-later
// worker [--mortal|--notify-reload] NAME [FILE…]: says that it is ready, and writes to NAME.log
// what it reads at its start and at every SIGHUP: "start LEVEL TEXT", "reload LEVEL TEXT". A file
// or a $LEVEL that says "die" is its end; a file that says "slow" makes the start wait for a file
// `go`.
// --mortal: dies of a reload. --notify-reload: tells of a reload, as services of that type do.
//
// Compiled, as the box tests start it a thousand times: an interpreter takes ten times as long.
#include <systemd/sd-daemon.h>

#include <csignal>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <format>
#include <fstream>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

namespace {

std::string words_of(const std::vector<std::string>& files) {
    std::string text;
    for (const auto& name : files) {
        std::ifstream file(name);
        if (!file && std::filesystem::exists(name))
            throw std::runtime_error("cannot read " + name);
        for (std::string word; file >> word;)
            text += (text.empty() ? "" : " ") + word;
    }
    return text;
}

std::string level() {
    const char* const value = std::getenv("LEVEL");
    return value ? value : "-";
}

// Waits until there is a file `go`, or somebody ends the program.
void wait_for_go() {
    sigset_t term = {};
    sigaddset(&term, SIGTERM);
    const timespec interval = {.tv_nsec = 20'000'000};
    while (!std::filesystem::exists("go"))
        if (sigtimedwait(&term, nullptr, &interval) == SIGTERM)
            std::exit(0);
}

void log(const std::string& name, std::string_view event, const std::vector<std::string>& files) {
    const auto text = words_of(files);
    if (event == "start" && text.contains("slow"))
        wait_for_go();
    std::ofstream(name + ".log", std::ios::app) << std::format("{} {} {}\n", event, level(), text);
    if (text.contains("die") || level() == "die")
        throw std::runtime_error("told to die");
}

void tell_of_reload() {
    timespec now = {};
    clock_gettime(CLOCK_MONOTONIC, &now);
    sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%lld",
               static_cast<long long>(now.tv_sec) * 1'000'000 + now.tv_nsec / 1000);
}

int work(std::vector<std::string> words) {
    std::string option;
    if (words.at(0).starts_with("--")) {
        option = words.front();
        words.erase(words.begin());
    }
    const auto name = words.at(0);
    const std::vector<std::string> files(words.begin() + 1, words.end());

    // Blocked and waited for: a handler may be too late for a pause() that has begun.
    sigset_t signals = {};
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGHUP);
    sigprocmask(SIG_BLOCK, &signals, nullptr);
    log(name, "start", files);
    sd_notify(0, "READY=1");
    for (int signal = 0; sigwait(&signals, &signal) == 0 && signal == SIGHUP;) {
        if (option == "--mortal")
            throw std::runtime_error("mortal");
        if (option == "--notify-reload")
            tell_of_reload();
        log(name, "reload", files);
        if (option == "--notify-reload")
            sd_notify(0, "READY=1");
    }
    return 0;
}

} // namespace

int main(int argc, char** argv) try {
    return work({argv + 1, argv + argc});
} catch (const std::exception& error) {
    std::cerr << "worker: " << error.what() << '\n';
    return 1;
}
