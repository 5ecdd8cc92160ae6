// SPDX-License-Identifier: LGPL-2.1-or-later
// [project] operators and [configs.NAME] readers.
#include "fixture.hpp"

#include <unistd.h>

#include <string>
#include <vector>

using hotreload::test::kWeb;
using hotreload::test::ProjectTest;

namespace {

using Names = std::vector<std::string>;

const std::string kApp = "[configs.app]\nfile = 'app.json'\n";

class AccountKeysTest : public ProjectTest {
protected:
    void SetUp() override {
        if (::geteuid() != 0)
            GTEST_SKIP() << "the system's instance is root's";
        ProjectTest::SetUp();
    }
};

} // namespace

TEST_F(ProjectTest, only_the_system_instance_gives_rights_to_others) {
    if (::geteuid() == 0)
        GTEST_SKIP() << "root has the system's instance";
    expect_problem("[project]\noperators = ['root']\n" + kWeb,
                   "2:1: project.operators: only the system instance gives rights to others: "
                   "leave it out");
    expect_problem(kApp + "readers = ['root']\n", "3:1: configs.app.readers: only the system");
}

TEST_F(AccountKeysTest, users_and_groups_are_kept_as_they_are_written) {
    const auto project = good("[project]\noperators = ['daemon', '@root', '4711', '@4712']\n" +
                              kApp + "readers = ['@daemon']\n[configs.other]\nfile = 'o.json'\n");
    EXPECT_EQ(project.operators, (Names{"daemon", "@root", "4711", "@4712"}));
    EXPECT_EQ(project.configs.at("app").readers, (Names{"@daemon"}));
    EXPECT_EQ(project.configs.at("other").readers, std::nullopt) << "which is not nobody";
}

TEST_F(AccountKeysTest, an_account_that_does_not_exist_is_told_where_it_stands) {
    expect_problem("[project]\noperators = [\n  'root',\n  'no-such-user']\n" + kWeb,
                   "4:3: project.operators.1: there is no user \"no-such-user\"");
    expect_problem(kApp + "readers = ['@no-such-group']\n",
                   "3:12: configs.app.readers.0: there is no group \"no-such-group\"");
    expect_problem(kApp + "readers = ['']\n", "there is no user \"\"");
    expect_problem(kApp + "readers = ['@']\n", "there is no group \"\"");
}

TEST_F(AccountKeysTest, a_group_that_is_written_as_a_user_is_recognized) {
    expect_problem("[project]\noperators = ['shadow']\n" + kWeb,
                   "there is no user \"shadow\"; there is a group, which is written \"@shadow\"");
}

TEST_F(AccountKeysTest, an_array_of_names_is_what_they_are) {
    expect_problem("[project]\noperators = 'root'\n" + kWeb, "expected an array of strings");
    expect_problem(kApp + "readers = [1]\n", "3:12: configs.app.readers.0: expected a string");
}
