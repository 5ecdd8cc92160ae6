// SPDX-License-Identifier: LGPL-2.1-or-later
#include <gtest/gtest.h>
#include <hotreload/config.h>
#include <poll.h>
#include <sched.h>
#include <sys/inotify.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <format>
#include <fstream>
#include <memory>
#include <string>

namespace fs = std::filesystem;

namespace {

constexpr int kCannotBeHad = 77;
constexpr std::uint64_t kLong = 10'000'000; // microseconds, for what has to come

struct Unref {
    void operator()(hotreload_config* config) const { hotreload_config_unref(config); }
};

class LibraryConfigTest : public testing::Test {
protected:
    void SetUp() override {
        std::string name = (fs::temp_directory_path() / "hotreload-XXXXXX").string();
        ASSERT_NE(::mkdtemp(name.data()), nullptr);
        directory = name;
        published = directory / "run/configs/shop";
        fs::create_directories(published);
        file = directory / "app.toml";
        ::setenv("HOTRELOAD_CONFIGS", published.c_str(), 1);
        ::setenv("HOTRELOAD_PROJECT", "shop", 1);
    }
    void TearDown() override {
        config.reset();
        fs::remove_all(directory);
    }

    static void write(const fs::path& path, const std::string& text) {
        std::ofstream(path) << text;
    }
    // As hotreloadd does: nobody sees half of it.
    void publish(const std::string& members) const {
        write(published / ".new", R"({"format":1,)" + members + "}");
        fs::rename(published / ".new", published / "app.json");
    }
    void publish_port(int port, int revision) const {
        publish(std::format(
            R"("revision":{},"state":"valid","path":"/a","problems":[],"value":{{"port":{}}})",
            revision, port));
    }

    int open(const char* name, const char* path, std::uint64_t flags = 0) {
        hotreload_config* opened = nullptr;
        const int r = hotreload_config_open(&opened, name, path, flags);
        config.reset(opened);
        return r;
    }
    [[nodiscard]] std::int64_t port() const {
        std::int64_t number = -1;
        hotreload_config_get_int64(config.get(), "/port", &number);
        return number;
    }
    [[nodiscard]] int wait() const { return hotreload_config_wait(config.get(), kLong); }
    [[nodiscard]] int next() const { return hotreload_config_next(config.get()); }
    [[nodiscard]] int source() const { return hotreload_config_get_source(config.get()); }
    [[nodiscard]] bool readable() const {
        pollfd ready{.fd = hotreload_config_get_fd(config.get()), .events = POLLIN, .revents = 0};
        return ::poll(&ready, 1, 0) == 1;
    }
    [[nodiscard]] std::string problem() const {
        const char *path = "", *message = "";
        unsigned line = 0, column = 0;
        if (hotreload_config_get_problem(config.get(), &path, &line, &column, &message) <= 0)
            return "";
        return std::format("{}:{}:{}: {}", path, line, column, message);
    }

    fs::path directory, published, file;
    std::unique_ptr<hotreload_config, Unref> config;
};

TEST_F(LibraryConfigTest, a_published_value_is_read_and_each_newer_one_told) {
    publish_port(1, 1);
    ASSERT_EQ(open("app", nullptr), 0);
    EXPECT_EQ(port(), 1);
    EXPECT_EQ(source(), HOTRELOAD_CONFIG_PUBLISHED);
    EXPECT_EQ(next(), 0);
    EXPECT_FALSE(readable());
    publish_port(2, 2);
    EXPECT_TRUE(readable());
    EXPECT_EQ(next(), 1);
    EXPECT_EQ(port(), 2);
    EXPECT_EQ(hotreload_config_has_changed(config.get(), "/port"), 1);
    EXPECT_EQ(hotreload_config_has_changed(config.get(), "/other"), 0);
    const char* patch = nullptr;
    ASSERT_EQ(hotreload_config_get_patch(config.get(), &patch), 0);
    EXPECT_STREQ(patch, R"([{"op":"replace","path":"/port","value":2,"old":1}])");
}

TEST_F(LibraryConfigTest, all_of_the_first_value_has_changed) {
    ASSERT_EQ(open("app", nullptr, HOTRELOAD_CONFIG_OPTIONAL), 0);
    const char* patch = nullptr;
    EXPECT_EQ(hotreload_config_has_changed(config.get(), ""), 0);
    EXPECT_EQ(hotreload_config_get_patch(config.get(), &patch), -ENODATA);
    publish_port(1, 1);
    EXPECT_EQ(wait(), 1);
    for (const bool again : {false, true}) {
        if (again) { // at its open, too
            ASSERT_EQ(open("app", nullptr), 0);
        }
        EXPECT_EQ(hotreload_config_has_changed(config.get(), ""), 1);
        EXPECT_EQ(hotreload_config_has_changed(config.get(), "/port"), 1);
        EXPECT_EQ(hotreload_config_has_changed(config.get(), "/other"), 0);
        ASSERT_EQ(hotreload_config_get_patch(config.get(), &patch), 0);
        EXPECT_STREQ(patch, R"([{"op":"add","path":"","value":{"port":1}}])");
    }
}

TEST_F(LibraryConfigTest, what_is_published_and_cannot_be_read_is_told_beside_the_file) {
    write(file, "port = 9\n");
    write(published / "app.json", R"({"format":2})");
    EXPECT_EQ(open("app", nullptr), -EBADMSG);
    ASSERT_EQ(open("app", file.c_str()), 0);
    EXPECT_EQ(source(), HOTRELOAD_CONFIG_FILE);
    EXPECT_TRUE(problem().starts_with((published / "app.json").string())) << problem();
    publish_port(1, 1);
    EXPECT_EQ(wait(), 1);
    EXPECT_EQ(source(), HOTRELOAD_CONFIG_PUBLISHED);
    EXPECT_EQ(problem(), "");
}

TEST_F(LibraryConfigTest, a_published_document_that_was_never_valid_is_not_read_from_the_file) {
    write(file, "port = 9\n");
    publish(R"("revision":0,"state":"invalid","path":"/a",)"
            R"("problems":[{"path":"/a","line":1,"column":2,"message":"bad"}])");
    EXPECT_EQ(open("app", file.c_str()), -ENODATA);
    ASSERT_EQ(open("app", file.c_str(), HOTRELOAD_CONFIG_OPTIONAL), 0);
    EXPECT_EQ(problem(), "/a:1:2: bad");
    EXPECT_EQ(source(), HOTRELOAD_CONFIG_NO_SOURCE);
}

TEST_F(LibraryConfigTest, what_means_the_same_is_no_news) {
    publish_port(1, 1);
    ASSERT_EQ(open("shop/app", nullptr), 0);
    publish_port(1, 2);
    EXPECT_EQ(next(), 0);
    std::uint64_t revision = 0;
    EXPECT_EQ(hotreload_config_get_revision(config.get(), &revision), 0);
    EXPECT_EQ(revision, 2U);
}

TEST_F(LibraryConfigTest, what_is_invalid_or_garbage_keeps_the_value) {
    publish_port(1, 1);
    write(file, "port = 9\n");
    ASSERT_EQ(open("app", file.c_str()), 0);
    publish(R"("revision":1,"state":"invalid","path":"/a",)"
            R"("problems":[{"path":"/a","line":2,"column":8,"message":"bad"}],"value":{"port":1})");
    EXPECT_EQ(next(), 0);
    EXPECT_EQ(problem(), "/a:2:8: bad");
    for (const std::string text : {"", "{", "[]", R"({"format":2})", "\xff"}) {
        write(published / ".new", text);
        fs::rename(published / ".new", published / "app.json");
        EXPECT_EQ(next(), 0) << text;
        EXPECT_EQ(port(), 1) << text;
        EXPECT_NE(problem(), "") << text;
    }
    publish_port(3, 2);
    EXPECT_EQ(next(), 1);
    EXPECT_EQ(problem(), "");
}

TEST_F(LibraryConfigTest, directories_may_come_go_and_come_again) {
    fs::remove_all(directory / "run");
    ASSERT_EQ(open("app", nullptr, HOTRELOAD_CONFIG_OPTIONAL), 0);
    EXPECT_EQ(source(), HOTRELOAD_CONFIG_NO_SOURCE);
    for (int round = 1; round <= 2; ++round) {
        fs::create_directory(directory / "run");
        EXPECT_EQ(next(), 0);
        fs::create_directories(published);
        publish_port(round, round);
        EXPECT_EQ(wait(), 1);
        EXPECT_EQ(port(), round);
        fs::remove_all(directory / "run");
        EXPECT_EQ(next(), 0);
        EXPECT_EQ(port(), round);
    }
}

TEST_F(LibraryConfigTest, what_nobody_publishes_is_read_from_the_file) {
    write(file, "port = 1\n");
    ASSERT_EQ(open("app", file.c_str()), 0);
    EXPECT_EQ(source(), HOTRELOAD_CONFIG_FILE);
    write(file, "port = 2\n");
    EXPECT_EQ(next(), 1);
    write(file, "port = 3\nport = \n");
    EXPECT_EQ(next(), 0);
    EXPECT_EQ(port(), 2);
    EXPECT_TRUE(problem().starts_with(file.string() + ":2:")) << problem();
    publish_port(2, 1); // takes over, and means the same
    EXPECT_EQ(next(), 0);
    EXPECT_EQ(source(), HOTRELOAD_CONFIG_PUBLISHED);
    write(file, "port = 5\n");
    EXPECT_FALSE(readable()); // whoever publishes it will say so
    fs::remove(published / "app.json");
    EXPECT_EQ(next(), 1);
    EXPECT_EQ(port(), 5);
}

TEST_F(LibraryConfigTest, a_file_that_is_half_written_is_not_read) {
    write(file, "port = 1\n");
    ASSERT_EQ(open("app", file.c_str()), 0);
    std::ofstream half(file);
    half << "other = 1\n" << std::flush;
    EXPECT_EQ(next(), 0);
    EXPECT_EQ(port(), 1);
    half << "port = 2\n" << std::flush;
    EXPECT_EQ(next(), 0);
    half.close();
    EXPECT_EQ(next(), 1);
    EXPECT_EQ(port(), 2);
}

TEST_F(LibraryConfigTest, a_link_on_the_way_may_be_replaced) {
    for (const std::string name : {"one", "two"}) {
        fs::create_directory(directory / name);
        write(directory / name / "app.toml", name == "one" ? "port = 1\n" : "port = 2\n");
    }
    fs::create_directory_symlink("one", directory / "data");
    fs::create_symlink("data/app.toml", file);
    ASSERT_EQ(open(nullptr, file.c_str()), 0);
    EXPECT_EQ(port(), 1);
    fs::create_directory_symlink("two", directory / "new");
    fs::rename(directory / "new", directory / "data");
    EXPECT_EQ(next(), 1);
    EXPECT_EQ(port(), 2);
}

TEST_F(LibraryConfigTest, names_flags_and_what_is_not_there_are_refused) {
    for (const char* name : {"", "..", "a/b/c", "/app", "App", "shop/"})
        EXPECT_EQ(open(name, nullptr), -EINVAL) << name;
    EXPECT_EQ(open(nullptr, nullptr), -EINVAL);
    EXPECT_EQ(open("app", nullptr, UINT64_C(1) << 40), -EINVAL);
    EXPECT_EQ(open("app", nullptr), -ENOENT);
    EXPECT_EQ(open(nullptr, "a.txt"), -EOPNOTSUPP);
    write(file, "port = 1\n");
    EXPECT_EQ(open("app", file.c_str(), HOTRELOAD_CONFIG_PUBLISHED_ONLY), -ENOENT);
    write(file, "port = \n");
    EXPECT_EQ(open("app", file.c_str()), -ENODATA);
    fs::create_directory(published / "app.json");
    EXPECT_EQ(open("app", nullptr), -EINVAL);
    ::unsetenv("HOTRELOAD_CONFIGS");
    EXPECT_EQ(open("app", nullptr), -ENXIO);
}

TEST_F(LibraryConfigTest, a_value_of_another_type_is_never_converted) {
    write(file, "s = \"x\"\ni = -5\nd = 1.5\nb = true\na = [1, 2]\n[o]\n\"a/b\" = 7\n");
    ASSERT_EQ(open(nullptr, file.c_str()), 0);
    auto* c = config.get();
    const char* text = nullptr;
    std::int64_t number = 0;
    std::uint64_t large = 0;
    double real = 0;
    int flag = 0;
    std::size_t size = 0;
    EXPECT_EQ(hotreload_config_get_string(c, "/s", &text), 0);
    EXPECT_STREQ(text, "x");
    EXPECT_EQ(hotreload_config_get_string(c, "/i", &text), -EBADMSG);
    EXPECT_EQ(hotreload_config_get_int64(c, "/d", &number), -EBADMSG);
    EXPECT_EQ(hotreload_config_get_uint64(c, "/i", &large), -ERANGE);
    EXPECT_EQ(hotreload_config_get_double(c, "/i", &real), 0);
    EXPECT_EQ(real, -5);
    EXPECT_EQ(hotreload_config_get_bool(c, "/b", &flag), 0);
    EXPECT_EQ(hotreload_config_get_bool(c, "/i", &flag), -EBADMSG);
    EXPECT_EQ(hotreload_config_get_size(c, "/a", &size), 0);
    EXPECT_EQ(size, 2U);
    EXPECT_EQ(hotreload_config_get_int64(c, "/a/1", &number), 0);
    EXPECT_EQ(number, 2);
    EXPECT_EQ(hotreload_config_get_int64(c, "/a/01", &number), -ENOENT);
    EXPECT_EQ(hotreload_config_get_int64(c, "a", &number), -EINVAL);
    EXPECT_EQ(hotreload_config_get_key(c, "/o", 0, &text), 0);
    EXPECT_STREQ(text, "a/b");
    EXPECT_EQ(hotreload_config_get_key(c, "/o", 1, &text), -ENOENT);
    EXPECT_EQ(hotreload_config_get_json(c, "/o", &text), 0);
    EXPECT_EQ(hotreload_config_get_type(c, "/a"), HOTRELOAD_CONFIG_ARRAY);
}

TEST_F(LibraryConfigTest, a_child_reads_what_was_there_and_takes_no_news) {
    publish_port(1, 1);
    ASSERT_EQ(open("app", nullptr), 0);
    publish_port(2, 2);
    const pid_t child = ::fork();
    if (child == 0) {
        const bool good =
            port() == 1 && next() == -ECHILD && hotreload_config_get_fd(config.get()) == -ECHILD;
        config.reset();
        ::_exit(good ? 0 : 1);
    }
    int status = 1;
    ::waitpid(child, &status, 0);
    EXPECT_EQ(status, 0);
    EXPECT_EQ(next(), 1);
    EXPECT_EQ(hotreload_config_wait(config.get(), 0), 0);
}

TEST_F(LibraryConfigTest, the_newest_of_many_saves_is_seen_and_none_is_half) {
    publish_port(0, 1);
    ASSERT_EQ(open("app", nullptr), 0);
    const pid_t publisher = ::fork();
    if (publisher == 0) {
        for (int i = 1; i <= 1000; ++i)
            publish_port(i, i + 1);
        ::_exit(0);
    }
    std::int64_t last = 0;
    while (last != 1000) {
        ASSERT_EQ(wait(), 1) << last;
        ASSERT_GT(port(), last);
        last = port();
        EXPECT_EQ(problem(), "");
    }
    ::waitpid(publisher, nullptr, 0);
}

// What the child, which can have no inotify instance, has come to: the number of the check that
// failed, or 0.
template <class Checks>
int without_inotify(Checks checks) {
    const pid_t child = ::fork();
    if (child == 0) {
        // A container has it read-only; root of it may have it otherwise for itself.
        if (::unshare(CLONE_NEWNS) == 0 &&
            ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0)
            ::mount(nullptr, "/proc/sys", nullptr, MS_REMOUNT | MS_BIND, nullptr);
        if (::unshare(CLONE_NEWUSER) < 0)
            ::_exit(kCannotBeHad);
        std::ofstream("/proc/sys/user/max_inotify_instances") << 0 << std::flush;
        ::_exit(::inotify_init1(IN_CLOEXEC) >= 0 ? kCannotBeHad : checks());
    }
    int status = 0;
    return ::waitpid(child, &status, 0) == child && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

// Was: it could not be opened, for what other programs of the user had used up.
TEST_F(LibraryConfigTest, without_an_inotify_instance_the_value_is_there_and_news_take_a_second) {
    publish_port(1, 1);
    const int failed = without_inotify([&] {
        if (open("app", nullptr) != 0 || port() != 1)
            return 1;
        if (next() != 0 || readable())
            return 2;
        publish_port(2, 2);
        if (wait() != 1 || port() != 2)
            return 3;
        fs::remove(published / "app.json");
        write(file, "port = 3\n");
        if (open("app", file.c_str()) != 0 || port() != 3)
            return 4;
        write(file, "port = ");
        while (problem().empty())
            if (hotreload_config_wait(config.get(), kLong / 100) != 0)
                return 5;
        write(file, "port = 4\n");
        return wait() == 1 && port() == 4 && problem().empty() ? 0 : 6;
    });
    if (failed == kCannotBeHad)
        GTEST_SKIP() << "no user namespace is to be had";
    EXPECT_EQ(failed, 0);
}

// Was: nothing was said, for as long as somebody held it open.
TEST_F(LibraryConfigTest, a_file_that_is_being_written_is_told_as_the_problem) {
    write(file, "port = 1\n");
    ASSERT_EQ(open(nullptr, file.c_str()), 0);
    std::ofstream writer(file, std::ios::app);
    writer << "more = 2\n" << std::flush;
    EXPECT_EQ(next(), 0);
    EXPECT_TRUE(problem().contains("writing the file")) << problem();
    writer.close();
    EXPECT_EQ(wait(), 1);
    EXPECT_EQ(problem(), "");
}

} // namespace
