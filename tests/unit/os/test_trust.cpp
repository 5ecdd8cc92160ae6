// SPDX-License-Identifier: LGPL-2.1-or-later
#include "os/trust.hpp"

#include <gtest/gtest.h>

#include <cerrno>

using namespace hotreload::os;

namespace {

constexpr uid_t kDev = 1000;
constexpr uid_t kEve = 1001;
constexpr gid_t kDevs = 1000; // dev's own
constexpr gid_t kShadow = 42;
constexpr gid_t kWeb = 1500; // dev and eve

class FakeAccounts final : public Accounts {
public:
    bool hangs = false; // what would have to be looked up is not known
    unsigned asked = 0;

    std::optional<bool> member(uid_t user, gid_t group) override {
        ++asked;
        if (hangs)
            return std::nullopt;
        return (user == kDev && group == kDevs) || (user == kEve && group == kEve) ||
               ((user == kDev || user == kEve) && group == kWeb);
    }
    std::optional<bool> private_group(gid_t group, uid_t user) override {
        if (hangs)
            return group == 0 ? std::optional(true) : std::nullopt;
        return group == 0 || (group == kDevs && user == kDev);
    }
    std::string user_name(uid_t user) override {
        return user == kDev ? "dev" : user == kEve ? "eve" : std::to_string(user);
    }
    std::string group_name(gid_t group) override {
        return group == kWeb ? "web" : std::to_string(group);
    }
};

class Trust : public testing::Test {
protected:
    PathStep& step(std::string path, mode_t type, uid_t owner, gid_t group, mode_t mode) {
        walk.steps.push_back({std::move(path), {owner, group, type | mode}});
        return walk.steps.back();
    }
    PathStep& directory(std::string path, uid_t owner = 0, mode_t mode = 0755, gid_t group = 0) {
        return step(std::move(path), S_IFDIR, owner, group, mode);
    }
    PathStep& link(std::string path, uid_t owner) {
        return step(std::move(path), S_IFLNK, owner, owner, 0777);
    }
    std::string read(uid_t owner, mode_t mode, gid_t group = 0, bool list = false,
                     bool several = false) {
        const Permissions end{owner, group, S_IFREG | mode, list, several};
        return misled(walk.steps, &end, accounts).value_or("");
    }
    std::string missing() { return misled(walk.steps, nullptr, accounts).value_or(""); }
    std::string change(uid_t owner, mode_t mode, std::optional<uid_t> user = {}, gid_t group = 0) {
        step("/end", S_IFREG, owner, group, mode);
        auto found = changeable(walk, user, accounts).value_or("");
        walk.steps.pop_back();
        return found;
    }

    std::string replace(uid_t owner, mode_t type = S_IFDIR) {
        step("/end", type, owner, owner, 0755);
        auto found = replaceable(walk, accounts).value_or("");
        walk.steps.pop_back();
        return found;
    }

    PathWalk walk;
    FakeAccounts accounts;
};

} // namespace

TEST_F(Trust, root_leads_where_it_likes) {
    directory("/");
    link("/etc/x", 0);
    directory("/root", 0, 0700);
    EXPECT_EQ(read(0, 0600), "");
}

TEST_F(Trust, a_link_to_what_its_owner_could_not_read_is_not_followed) {
    directory("/");
    link("/srv/c.ini", kDev);
    directory("/");
    directory("/etc");
    EXPECT_EQ(read(0, 0640, kShadow),
              "the symbolic link /srv/c.ini belongs to dev, who could not read what it leads to: "
              "let dev read that, or keep the link where only root can write");
    EXPECT_EQ(read(0, 0644), "");
    EXPECT_EQ(read(0, 0640, kWeb), "") << "by a supplementary group";
    EXPECT_NE(read(0, 0604, kWeb), "") << "the group's bits are for who is in it";
    EXPECT_EQ(read(kDev, 0), "") << "its own";
    EXPECT_NE(read(kEve, 0600), "");
}

TEST_F(Trust, a_link_into_a_directory_that_its_owner_may_not_search_tells_nothing) {
    directory("/");
    link("/srv/c.ini", kDev);
    directory("/");
    directory("/root", 0, 0700);
    EXPECT_NE(read(0, 0644), "");
    EXPECT_NE(missing(), "") << "nor that the file is not there";
}

TEST_F(Trust, the_owner_of_a_directory_decides_what_is_in_it) {
    directory("/");
    directory("/home");
    directory("/home/dev", kDev, 0700);
    EXPECT_EQ(read(0, 0644), "");
    EXPECT_EQ(read(kDev, 0600), "");
    EXPECT_NE(read(0, 0600), "") << "a hard link of its owner's, or what that one has moved there";
    EXPECT_EQ(missing(), "");
}

TEST_F(Trust, everybody_on_the_way_is_asked) {
    directory("/");
    directory("/srv/eve", kEve);
    link("/srv/eve/l", kDev);
    directory("/home/dev", kDev, 0711);
    EXPECT_NE(read(kDev, 0600), "") << "dev could, and eve could not";
    EXPECT_EQ(read(kDev, 0640, kWeb), "");
}

TEST_F(Trust, an_access_control_list_never_gives) {
    directory("/");
    link("/srv/l", kDev);
    EXPECT_NE(read(0, 0644, 0, true), "");
    EXPECT_EQ(read(kDev, 0600, 0, true), "");
    directory("/srv").permissions.has_list = true;
    EXPECT_NE(read(0, 0644), "");
}

TEST_F(Trust, a_hard_link_in_a_directory_of_everybodys_has_to_be_readable_by_everybody) {
    directory("/");
    directory("/tmp", 0, 01777);
    EXPECT_EQ(read(0, 0600), "") << "only root can have put it there";
    EXPECT_NE(read(0, 0640, kShadow, false, true), "");
    EXPECT_EQ(read(0, 0644, 0, false, true), "");
    directory("/srv", 0, 02775, kWeb);
    EXPECT_NE(read(0, 0600, 0, false, true), "");
    EXPECT_EQ(read(0, 0640, kWeb, false, true), "");
}

TEST_F(Trust, what_root_alone_can_change_is_obeyed) {
    directory("/");
    directory("/etc");
    EXPECT_EQ(change(0, 0644), "");
    EXPECT_EQ(change(0, 0664), "") << "the group is root's own";
}

TEST_F(Trust, nobodys_groups_are_asked_for_where_they_do_not_matter) {
    accounts.hangs = true;
    directory("/");
    link("/srv/c.ini", kDev);
    EXPECT_EQ(read(0, 0644, kShadow), "");
    EXPECT_NE(read(0, 0600, kShadow), "");
    EXPECT_EQ(accounts.asked, 0U);
}

TEST_F(Trust, groups_that_cannot_be_looked_up_give_nothing) {
    accounts.hangs = true;
    directory("/");
    link("/srv/c.ini", kDev);
    const std::string unknown = "/srv/c.ini belongs to dev, whose groups could not be looked up: "
                                "it is not known whether dev could read this";
    EXPECT_EQ(read(0, 0640, kWeb), unknown);
    EXPECT_EQ(read(0, 0604, kWeb), unknown) << "the group's bits are for who is in it";
    EXPECT_EQ(change(0, 0664, {}, kWeb),
              "/srv/c.ini can be changed by dev (chown -h root /srv/c.ini)");
    walk.steps.pop_back();
    EXPECT_EQ(change(0, 0664, {}, kWeb), "/end can be changed by the group web, which could not be "
                                         "looked up (chmod g-w /end)");
}

TEST_F(Trust, who_can_change_it_is_named_with_what_mends_it) {
    directory("/");
    EXPECT_EQ(change(kDev, 0644), "/end can be changed by dev (chown root /end)");
    EXPECT_EQ(change(0, 0666), "/end can be changed by everybody (chmod o-w /end)");
    EXPECT_EQ(change(0, 0664, {}, kWeb), "/end can be changed by the group web (chmod g-w /end)");
    link("/etc/l", kDev);
    EXPECT_EQ(change(0, 0644), "/etc/l can be changed by dev (chown -h root /etc/l)");
}

TEST_F(Trust, a_directory_above_is_as_good_as_the_file) {
    directory("/");
    directory("/home/dev", kDev);
    directory("/home/dev/safe");
    EXPECT_EQ(change(0, 0644), "/home/dev can be changed by dev (chown root /home/dev)");
    EXPECT_EQ(change(0, 0644, kDev), "");
    EXPECT_NE(change(0, 0644, kEve), "");
}

TEST_F(Trust, in_a_sticky_directory_entries_are_their_owners) {
    directory("/");
    directory("/tmp", 0, 01777);
    EXPECT_EQ(change(0, 0644), "");
    EXPECT_EQ(change(kEve, 0644), "/end can be changed by eve (chown root /end)");
    walk.steps.back().permissions.mode &= ~static_cast<mode_t>(S_ISVTX);
    EXPECT_EQ(change(0, 0644), "/tmp can be changed by everybody (chmod o-w /tmp)");
}

TEST_F(Trust, what_the_user_of_a_service_owns_is_good_enough_for_that_service) {
    directory("/");
    EXPECT_EQ(change(kDev, 0775, kDev, kDevs), "") << "the user's own group";
    EXPECT_NE(change(kDev, 0775, kDev, kWeb), "");
    EXPECT_NE(change(kDev, 0775, kEve), "");
}

TEST_F(Trust, a_group_that_writes_by_an_access_control_list_is_anybody) {
    directory("/");
    directory("/srv", 0, 0775).permissions.has_list = true;
    EXPECT_NE(change(0, 0644), "");
}

TEST_F(Trust, what_lies_where_root_alone_can_write_is_replaced_by_nobody) {
    directory("/");
    directory("/srv");
    EXPECT_EQ(replace(kDev), "") << "what is in it may be that user's";
    EXPECT_EQ(replace(kDev, S_IFREG), "");
    walk.error = ENOENT;
    EXPECT_EQ(replaceable(walk, accounts), std::nullopt);
}

TEST_F(Trust, who_owns_a_directory_can_put_a_link_in_the_place_of_what_is_in_it) {
    directory("/");
    directory("/home/dev", kDev);
    EXPECT_EQ(replace(0), "/home/dev can be changed by dev (chown root /home/dev)");
    walk.error = ENOENT;
    EXPECT_NE(replaceable(walk, accounts), std::nullopt);
}

TEST_F(Trust, who_owns_a_link_on_the_way_can_lead_a_mount_elsewhere) {
    directory("/");
    link("/srv/current", kDev);
    EXPECT_NE(replace(0), "");
}

TEST_F(Trust, an_entry_of_a_sticky_directory_is_replaced_by_its_owner) {
    directory("/");
    directory("/tmp", 0, 01777);
    EXPECT_EQ(replace(0), "");
    EXPECT_EQ(replace(kEve), "/end can be replaced by eve (chown root /end)");
    walk.error = ENOENT;
    EXPECT_NE(replaceable(walk, accounts), std::nullopt) << "nobody has it yet";
}
