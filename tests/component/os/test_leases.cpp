// SPDX-License-Identifier: LGPL-2.1-or-later
#include "os/leases.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

using namespace hotreload;
using namespace hotreload::os;
using namespace std::chrono_literals;

namespace {

class LeasesTest : public testing::Test {
protected:
    LeasesTest() {
        char path[] = "/tmp/hotreload-lease-XXXXXX";
        ::close(mkstemp(path));
        file = path;
    }
    ~LeasesTest() override { std::filesystem::remove(file); }

    // Another process opens the file as `flags` say; ends when it has.
    void open_elsewhere(int flags) {
        const pid_t child = fork();
        if (child == 0)
            _exit(::open(file.c_str(), flags | O_CLOEXEC) < 0);
        int status = 0;
        for (int i = 0; i < 500 && waitpid(child, &status, WNOHANG) == 0; ++i)
            loop.run_once(10ms);
        EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    }

    EventLoop loop;
    Leases leases{loop};
    std::string file;
    int opened = 0;
    std::vector<std::string> groups;
    Leases::Handle take() {
        return leases.find_writer(file, [this](const auto& who) {
            ++opened;
            groups = who;
        });
    }
};

std::string own_group() {
    std::ifstream file("/proc/self/cgroup");
    for (std::string line; std::getline(file, line);)
        if (line.starts_with("0::"))
            return line.substr(3);
    return "";
}

} // namespace

TEST_F(LeasesTest, who_opens_the_file_for_writing_is_found) {
    const auto lease = take();
    ASSERT_TRUE(lease);
    open_elsewhere(O_WRONLY | O_TRUNC);
    EXPECT_EQ(opened, 1);
    EXPECT_EQ(groups, std::vector<std::string>{own_group()});
    open_elsewhere(O_WRONLY); // nobody waits any more
    EXPECT_EQ(opened, 1);
}

TEST_F(LeasesTest, who_reads_is_not_held_up) {
    const auto lease = take();
    ASSERT_TRUE(lease);
    open_elsewhere(O_RDONLY);
    EXPECT_EQ(opened, 0);
}

TEST_F(LeasesTest, a_lease_that_is_dropped_holds_nobody_up) {
    take().reset();
    open_elsewhere(O_WRONLY);
    EXPECT_EQ(opened, 0);
}

TEST_F(LeasesTest, a_file_that_is_open_for_writing_cannot_be_leased) {
    const Fd writer(::open(file.c_str(), O_WRONLY | O_CLOEXEC));
    EXPECT_FALSE(take());
    EXPECT_FALSE(leases.find_writer("/no/such/file", {}));
}

TEST_F(LeasesTest, an_opener_who_does_not_wait_is_not_looked_for_for_long) {
    const auto lease = take();
    ASSERT_TRUE(lease);
    const pid_t child = fork();
    if (child == 0)
        _exit(::open(file.c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC) >= 0);
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    ASSERT_EQ(status, 0) << "it was let in";
    constexpr int turns = 40; // each can be a look at every process
    for (int i = 0; i < turns && opened == 0; ++i)
        loop.run_once(1s);
    EXPECT_EQ(opened, 1);
    EXPECT_TRUE(groups.empty());
}
