// SPDX-License-Identifier: LGPL-2.1-or-later
#include "config/keys.hpp"
#include "fixture.hpp"
#include "kinds/kinds.hpp"

#include <unistd.h>

namespace hotreload::test {
namespace {

class PortsTest : public ProjectTest {
protected:
    struct Read {
        std::vector<PortDefinition> ports;
        std::vector<std::string> problems; // "1:11: what"
    };

    // Reads "ports = …", as it stands in a service.
    Read read(std::string_view text) {
        const EnvFileReader no_env_files;
        Reading reading{.project = {},
                        .kinds = all_kinds(),
                        .read_env_file = no_env_files,
                        .env = {},
                        .watch = {},
                        .problems = {}};
        reading.project.path = file();
        reading.project.directory = directory_;
        const toml::table table = toml::parse(text);
        const Entry entry{.key = "ports", .value = *table.get("ports")};
        Read out;
        if (check_type(reading, entry, ValueType::EachStringOrTable))
            read_ports(reading, entry, out.ports);
        for (const Problem& problem : reading.problems)
            out.problems.push_back(to_string(problem).substr(file().size() + 1));
        return out;
    }
    std::vector<PortDefinition> ports(std::string_view text) {
        auto out = read(text);
        for (const auto& problem : out.problems)
            ADD_FAILURE() << problem;
        return std::move(out.ports);
    }
    // The one problem that there is.
    std::string problem(std::string_view text) {
        const auto out = read(text);
        EXPECT_EQ(out.problems.size(), 1U) << text;
        std::string all;
        for (const auto& problem : out.problems)
            all += (all.empty() ? "" : "\n") + problem;
        return all;
    }
};

TEST_F(PortsTest, short_ones_are_named_after_their_address) {
    EXPECT_EQ(ports("ports = ['8080', '127.0.0.1:9090', 'udp:53', '@shop', '/run/shop.sock']"),
              (std::vector<PortDefinition>{{.name = "8080", .address = "[::]:8080"},
                                           {.name = "9090", .address = "127.0.0.1:9090"},
                                           {.name = "udp-53", .address = "udp:[::]:53"},
                                           {.name = "shop", .address = "@shop"},
                                           {.name = "shop.sock", .address = "/run/shop.sock"}}));
    EXPECT_TRUE(ports("ports = []").empty());
}

TEST_F(PortsTest, short_ones_and_long_ones_may_stand_side_by_side) {
    EXPECT_EQ(ports("ports = ['127.0.0.1:80', { listen = '[::1]:80', name = 'six' }]"),
              (std::vector<PortDefinition>{{.name = "80", .address = "127.0.0.1:80"},
                                           {.name = "six", .address = "[::1]:80"}}));
}

TEST_F(PortsTest, long_ones_say_more) {
    EXPECT_EQ(ports("ports = [{ listen = '8080', name = 'http' }, { listen = '/run/x.sock', "
                    "name = 'admin', mode = '0660', group = '0' }]"),
              (std::vector<PortDefinition>{
                  {.name = "http", .address = "[::]:8080"},
                  {.name = "admin", .address = "/run/x.sock", .mode = 0660, .group = "0"}}));
}

TEST_F(PortsTest, relative_paths_start_at_the_project) {
    const auto found = ports("ports = ['./a.sock', 'run/b.sock', '../c.sock']");
    ASSERT_EQ(found.size(), 3U);
    EXPECT_EQ(found[0].address, directory_ + "/a.sock");
    EXPECT_EQ(found[1].address, directory_ + "/run/b.sock");
    EXPECT_EQ(found[2].address, top_ / "c.sock");
    EXPECT_EQ(found[1].name, "b.sock");
}

TEST_F(PortsTest, what_is_no_address_is_told_with_its_place) {
    EXPECT_EQ(
        problem("ports = ['8080', '0']"),
        "1:18: ports.1: port 0 would be another one each time: give a number from 1 to 65535");
    EXPECT_EQ(problem("ports = [{ listen = 'localhost:80' }]"),
              "1:12: ports.0.listen: names of hosts are not looked up: give \"127.0.0.1:80\" or "
              "\"[::1]:80\"");
    EXPECT_TRUE(problem("ports = ['unix:/run/x.sock']").contains("neither an absolute path"));
    EXPECT_TRUE(problem("ports = ['']").contains("is empty"));
    EXPECT_TRUE(problem("ports = [{ listen = '' }]").contains("ports.0.listen: is empty"));
    EXPECT_TRUE(problem("ports = [{ name = 'http' }]").contains("ports.0: listens nowhere"));
}

TEST_F(PortsTest, what_is_no_table_of_a_port_is_told) {
    EXPECT_TRUE(problem("ports = [8080]").contains("expected a string, found an integer"));
    EXPECT_TRUE(problem("ports = '8080'").contains("an array of strings or tables"));
    EXPECT_TRUE(
        problem("ports = [{ listen = 8080 }]").contains("ports.0.listen: expected a string"));
    EXPECT_TRUE(problem("ports = [{ listen = '8080', mod = '0660' }]").contains("\"mode\"?"));
}

TEST_F(PortsTest, names_are_valid_and_unique) {
    EXPECT_TRUE(problem("ports = [{ listen = '8080', name = 'a:b' }]")
                    .contains("ports.0.name: \"a:b\" is no name of a port"));
    EXPECT_EQ(
        problem("ports = ['127.0.0.1:80', '[::1]:80']"),
        "1:26: ports.1: ports.0 is named \"80\" already: give { listen = \"[::1]:80\", name = "
        "\"…\" }");
    EXPECT_TRUE(problem("ports = [{ listen = '80', name = 'x' }, { listen = '81', name = 'x' }]")
                    .contains("ports.1.name: ports.0 is named \"x\" already"));
}

TEST_F(PortsTest, addresses_are_unique_however_they_are_spelled) {
    EXPECT_EQ(problem("ports = ['8080', '*:8080']"), "1:18: ports.1: [::]:8080 is ports.0 already");
    EXPECT_TRUE(problem("ports = [{ listen = '80' }, { listen = '[::]:80', name = 'x' }]")
                    .contains("ports.1.listen: [::]:80 is ports.0 already"));
}

TEST_F(PortsTest, modes_are_octal) {
    EXPECT_EQ(ports("ports = [{ listen = '/run/x', mode = '600' }]").at(0).mode, 0600U);
    for (const std::string mode : {"", "rw", "0888", "01777", "0o660", "-1"})
        EXPECT_TRUE(problem("ports = [{ listen = '/run/x', mode = '" + mode + "' }]")
                        .contains("expected an octal mode such as \"0660\""))
            << mode;
}

TEST_F(PortsTest, access_is_for_files) {
    EXPECT_TRUE(problem("ports = [{ listen = '8080', mode = '0660' }]")
                    .contains("ports.0.mode: is for Unix sockets in the file system, and "
                              "[::]:8080 is none"));
    EXPECT_TRUE(
        problem("ports = [{ listen = '@x', group = '0' }]").contains("ports.0.group: is for"));
    EXPECT_TRUE(problem("ports = [{ listen = '/run/x', group = 'no-such-group' }]")
                    .contains("there is no group \"no-such-group\""));
    EXPECT_TRUE(problem("ports = [{ listen = '/run/x', user = 'no-such-user' }]")
                    .contains(::geteuid() == 0 ? "there is no user \"no-such-user\""
                                               : "only the system instance"));
}

TEST_F(PortsTest, the_keys_of_a_port_are_listed) {
    EXPECT_EQ(port_keys(), (std::vector<std::string>{"listen", "name", "mode", "user", "group"}));
}

} // namespace
} // namespace hotreload::test
