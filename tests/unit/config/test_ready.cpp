// SPDX-License-Identifier: LGPL-2.1-or-later
#include "config/keys.hpp"
#include "fixture.hpp"
#include "kinds/kinds.hpp"

using namespace hotreload;
using namespace std::chrono_literals;
using hotreload::test::ProjectTest;

namespace {

class ReadyTest : public ProjectTest {
protected:
    // `ready` of a service, with its problems.
    std::optional<ReadyProbe> read(const std::string& table) {
        const EnvFileReader none = [](const std::string&) -> Result<std::string> {
            return fail(ErrorCode::NotFound, "");
        };
        Reading reading{.kinds = all_kinds(), .read_env_file = none};
        reading.project.path = file();
        reading.project.directory = directory_;
        const auto parsed = toml::parse("ready = " + table);
        std::optional<ReadyProbe> ready;
        read_ready(reading, Entry{"services.web.ready", *parsed.get("ready")}, ready);
        found.clear();
        for (const Problem& problem : reading.problems)
            found.push_back(to_string(problem).substr(file().size() + 1));
        return ready;
    }
    void expect_refused(const std::string& table, const std::string& what) {
        read(table);
        ASSERT_EQ(found.size(), 1) << table;
        EXPECT_TRUE(found.front().contains(what)) << found.front();
    }

    std::vector<std::string> found;
};

} // namespace

TEST_F(ReadyTest, each_kind_is_read) {
    const auto http = read("{ http = 'http://localhost:8080/health', timeout = '1min' }");
    EXPECT_EQ(http, (ReadyProbe{.http = "http://localhost:8080/health", .timeout = 1min}));
    EXPECT_EQ(read("{ tcp = './web.sock' }")->tcp, directory_ + "/web.sock");
    const auto tcp = read("{ tcp = '8080', interval = '1s' }");
    EXPECT_EQ(tcp, (ReadyProbe{.tcp = "[::]:8080", .interval = 1s}));
    const auto command = read("{ command = ['bin/web', '--ready'] }");
    EXPECT_EQ(command, (ReadyProbe{.command = {directory_ + "/bin/web", "--ready"}}));
    EXPECT_EQ(found, std::vector<std::string>());
}

TEST_F(ReadyTest, exactly_one_kind_is_given) {
    expect_refused("{ timeout = '1s' }", "services.web.ready: says not how");
    expect_refused("{ tcp = '8080', command = ['sh'] }", "give one of http, tcp and command");
}

TEST_F(ReadyTest, what_is_wrong_is_told_with_its_place) {
    expect_refused("{ http = 'http://example.org/' }",
                   "1:11: services.web.ready.http: \"http://example.org/\" names no host");
    expect_refused("{ tcp = 'udp:53' }", "services.web.ready.tcp: is an address of UDP");
    expect_refused("{ tcp = 'here' }", "services.web.ready.tcp: ");
    expect_refused("{ command = ['bin/none'] }", "services.web.ready.command: ");
    expect_refused("{ tcp = '8080', timeout = 'infinity' }", "ready.timeout: cannot be infinity");
    expect_refused("{ tcp = '8080', timeout = 'soon' }", "services.web.ready.timeout: ");
    expect_refused("{ tcp = '8080', interval = '0' }", "ready.interval: expected 1ms at least");
    expect_refused("{ tcp = 8080 }", "services.web.ready.tcp: expected a string");
    expect_refused("{ tcp = '8080', htpp = '' }", "did you mean \"http\"?");
}
