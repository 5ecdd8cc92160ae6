// SPDX-License-Identifier: LGPL-2.1-or-later
#include "ctl/output.hpp"

#include "base/utf8.hpp"
#include "ctl/printable.hpp"

#include <sys/wait.h>
#include <systemd/sd-login.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace hotreload::ctl {

namespace {

struct Look {
    const char* mark;
    const char* colour;
};

Look look_of(Mark mark) {
    switch (mark) {
    case Mark::Applied:
        return {"✓ ", "\x1b[32m"};
    case Mark::Unchanged:
        return {"• ", "\x1b[2m"};
    case Mark::Waiting:
        return {"⚠ ", "\x1b[33m"};
    case Mark::Failed:
        return {"✗ ", "\x1b[31m"};
    case Mark::Planned:
        return {"→ ", "\x1b[36m"};
    case Mark::Removed:
        return {"", "\x1b[31m"};
    case Mark::Added:
        return {"", "\x1b[32m"};
    case Mark::Place:
        return {"", "\x1b[36m"};
    case Mark::Plain:
        break;
    }
    return {"", ""};
}

bool wants_colours(bool terminal) {
    const char* no_color = std::getenv("NO_COLOR");
    const char* term = std::getenv("TERM");
    return terminal && (!no_color || !*no_color) && !(term && std::strcmp(term, "dumb") == 0);
}

// A pager must be safe where sudo may allow us and not all that a pager would run.
// $SYSTEMD_PAGERSECURE decides, as systemctl(1) has it, then whose session it is.
bool pager_must_be_safe() {
    if (const char* secure = std::getenv("SYSTEMD_PAGERSECURE"))
        return std::strcmp(secure, "0") != 0 && std::strcmp(secure, "no") != 0 &&
               std::strcmp(secure, "false") != 0;
    uid_t owner = 0;
    return sd_pid_get_owner_uid(0, &owner) < 0 || owner != geteuid();
}

// Becomes the pager in the child of fork: never returns.
[[noreturn]] void become_pager(int input) {
    dup2(input, STDIN_FILENO);
    if (pager_must_be_safe()) {
        setenv("LESSSECURE", "1", 1);
        setenv("LESS", "FRSXMK", 1);
        for (const char* each : {"less", "cat"})
            execlp(each, each, nullptr);
        _exit(EXIT_FAILURE);
    }
    setenv("LESS", "FRSXMK", 0);
    setenv("LESSCHARSET", "utf-8", 0);
    const char* chosen = std::getenv("SYSTEMD_PAGER");
    if (!chosen)
        chosen = std::getenv("PAGER");
    if (chosen && *chosen)
        execl("/bin/sh", "sh", "-c", chosen, nullptr);
    for (const char* each : {"pager", "less", "more", "cat"})
        execlp(each, each, nullptr);
    _exit(EXIT_FAILURE);
}

} // namespace

Output::Output(const GlobalOptions& options)
    : options_(options),
      terminal_(isatty(STDOUT_FILENO) == 1),
      colours_(wants_colours(terminal_)) {}

Output::~Output() {
    std::fflush(stdout);
    if (pager_ <= 0)
        return;
    // The pager reads until nobody holds the pipe any more.
    std::fclose(stdout);
    waitpid(pager_, nullptr, 0);
}

void Output::page() {
    if (!terminal_ || options_.no_pager || pager_ > 0)
        return;
    for (const char* name : {"SYSTEMD_PAGER", "PAGER"})
        if (const char* value = std::getenv(name)) {
            if (!*value || std::strcmp(value, "cat") == 0)
                return;
            break;
        }
    int ends[2];
    if (pipe(ends) < 0)
        return; // without a pager, then
    pager_ = fork();
    if (pager_ == 0) {
        close(ends[1]);
        become_pager(ends[0]);
    }
    close(ends[0]);
    if (pager_ > 0) {
        dup2(ends[1], STDOUT_FILENO);
        std::signal(SIGINT, SIG_IGN); // it is the pager's, which may go on after it
    }
    close(ends[1]);
}

void Output::line(const Line& line) {
    if (wants_json())
        return;
    if (options_.quiet && line.mark != Mark::Waiting && line.mark != Mark::Failed)
        return;
    text(render(line, colours_));
}

void Output::lines(const std::vector<Line>& lines) {
    for (const auto& each : lines)
        line(each);
}

void Output::text(const std::string& text) {
    std::fwrite(text.data(), 1, text.size(), stdout);
    std::fputc('\n', stdout);
    std::fflush(stdout);
}

void Output::json(const Json& json) {
    std::string document;
    if (options_.json == JsonMode::Pretty)
        json.dump_pretty(document);
    else
        json.dump(document);
    text(to_utf8(document)); // what programs print is in it
}

std::string render(const Line& line, bool colours) {
    const auto look = look_of(line.mark);
    const auto text = printable(line.text);
    if (!colours || !*look.colour)
        return look.mark + text;
    // The mark alone is coloured where nothing went wrong, so that the rest stands out.
    const bool whole = line.mark == Mark::Failed || line.mark == Mark::Unchanged || !*look.mark;
    return std::string(look.colour) + look.mark + (whole ? text + "\x1b[0m" : "\x1b[0m" + text);
}

} // namespace hotreload::ctl
