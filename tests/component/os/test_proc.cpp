// SPDX-License-Identifier: LGPL-2.1-or-later
#include "os/proc.hpp"

#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <utility>

namespace hotreload::os {
namespace {

// A process that calls itself that, until somebody writes into `end`.
class Named {
public:
    explicit Named(const char* name) {
        int ready[2], end[2];
        EXPECT_EQ(::pipe(ready), 0);
        EXPECT_EQ(::pipe(end), 0);
        process_ = ::fork();
        if (process_ == 0) {
            ::prctl(PR_SET_NAME, name);
            ::close(end[1]);
            ::close(ready[1]);
            char byte = 0;
            (void)!::read(end[0], &byte, 1);
            ::_exit(0);
        }
        ::close(ready[1]);
        ::close(end[0]);
        end_ = Fd(end[1]);
        char byte = 0;
        EXPECT_EQ(::read(ready[0], &byte, 1), 0); // it has its name
        ::close(ready[0]);
        fd = Fd(static_cast<int>(::syscall(SYS_pidfd_open, process_, 0)));
    }
    ~Named() { finish(); }
    Named(const Named&) = delete;
    Named& operator=(const Named&) = delete;

    void finish() {
        end_ = Fd();
        if (process_ > 0)
            ::waitpid(std::exchange(process_, 0), nullptr, 0);
    }

    Fd fd;

private:
    pid_t process_ = 0;
    Fd end_;
};

TEST(CommandName, is_what_the_process_calls_itself) {
    EXPECT_EQ(command_name(Named("vim").fd), "vim");
}

TEST(CommandName, cannot_move_the_cursor_or_begin_a_line) {
    EXPECT_EQ(command_name(Named("a\x1b[2J\\\xff").fd), "a\\x1b[2J\\x5c\\xff");
    EXPECT_FALSE(command_name(Named("a\nb").fd).contains('\n'));
}

TEST(CommandName, of_a_process_that_has_ended_is_not_told) {
    Named ended("vim");
    ended.finish();
    EXPECT_EQ(command_name(ended.fd), "");
}

} // namespace
} // namespace hotreload::os
