// SPDX-License-Identifier: LGPL-2.1-or-later
// A project file that is read again: members that have not changed are taken over from the reading
// before, and nothing else tells that from a reading that begins with nothing.
#include "fixture.hpp"
#include "note_kind.hpp"

#include <toml++/toml.hpp>

#include <algorithm>
#include <array>
#include <format>
#include <random>

using namespace hotreload;
using hotreload::test::kWeb;
using hotreload::test::NoteKind;
using hotreload::test::ProjectTest;

namespace fs = hotreload::test::fs;

namespace {

const std::string kDb = "[services.db]\ncommand = ['sh', '-c', 'x']\n";

class EarlierReadingTest : public ProjectTest {
protected:
    EarlierReadingTest() { kinds_ = &two_; }

    // Reads it after what was read before, and afresh, and compares. `last_` is what came of it.
    void read(const std::string& text) {
        before_ = std::exchange(last_, parse(text, &earlier_));
        const auto afresh = parse(text);
        ASSERT_EQ(last_.has_value(), afresh.has_value()) << text;
        if (!afresh) {
            EXPECT_EQ(last_.error(), afresh.error()) << text;
            return;
        }
        EXPECT_EQ(*last_, *afresh) << text;
        EXPECT_EQ(last_->source_map.warnings, afresh->source_map.warnings) << text;
        expect_same_places(toml::parse(text), "", *afresh);
    }
    void expect_same_places(const toml::node& node, const std::string& key,
                            const ProjectDefinition& afresh) {
        EXPECT_EQ(last_->problem_at(key, ""), afresh.problem_at(key, "")) << key;
        EXPECT_EQ(last_->source_map.find(key).has_value(), afresh.source_map.find(key).has_value());
        const auto below = [&](std::string_view name) {
            return key.empty() ? std::string(name) : std::format("{}.{}", key, name);
        };
        if (const auto* const table = node.as_table())
            for (const auto& [name, value] : *table)
                expect_same_places(value, below(name.str()), afresh);
        if (const auto* const array = node.as_array())
            for (std::size_t i = 0; i < array->size(); ++i)
                expect_same_places(*array->get(i), below(std::to_string(i)), afresh);
    }

    // The member is the same object as in the reading before.
    [[nodiscard]] bool taken_over(const std::string& name) const {
        if (!before_ || !last_)
            return false;
        const auto old = before_->services.find(name);
        const auto now = last_->services.find(name);
        return old != before_->services.end() && now != last_->services.end() &&
               &*old->second == &*now->second;
    }
    [[nodiscard]] const MemberDefinition& member(const std::string& name) const {
        return last_->services.at(name);
    }
    [[nodiscard]] unsigned line_of(const std::string& key) const {
        return last_->source_map.find(key).value_or(SourceMap::Place{}).line;
    }
    [[nodiscard]] std::string first_problem() const {
        return last_ ? "" : to_string(last_.error().front()).substr(file().size() + 1);
    }

    const NoteKind note_;
    const Kinds two_{{hotreload::all_kinds().all().front(), &note_}};
    std::unique_ptr<EarlierReading> earlier_;
    Checked<ProjectDefinition> before_;
    Checked<ProjectDefinition> last_;
};

} // namespace

TEST_F(EarlierReadingTest, takes_over_what_has_not_changed_and_nothing_else) {
    read(kWeb + kDb);
    read(kWeb + "verify = '2s'\n" + kDb);
    EXPECT_FALSE(taken_over("web"));
    EXPECT_TRUE(taken_over("db"));
    EXPECT_EQ(member("web").verify, std::chrono::seconds(2));
    read(kWeb + "verify = '2s'\n" + kDb);
    EXPECT_TRUE(taken_over("web"));
    read(kWeb + kDb);
    EXPECT_FALSE(taken_over("web")) << "a key is gone";
    EXPECT_FALSE(member("web").verify);
}

TEST_F(EarlierReadingTest, a_member_that_only_moves_is_told_of_at_its_new_place) {
    const std::string redis = "[services.redis]\nunit = 'redis'\nwatch = ['/etc/redis/*.conf']\n";
    read(kWeb + redis);
    EXPECT_EQ(last_->source_map.warnings.at(0).line, 5U);
    read("# a comment\n\n" + redis + "# another one\n" + kWeb);
    EXPECT_TRUE(taken_over("web"));
    EXPECT_TRUE(taken_over("redis"));
    EXPECT_EQ(line_of("services.web"), 7U);
    EXPECT_EQ(line_of("services.web.command"), 8U);
    EXPECT_EQ(last_->source_map.warnings.at(0).line, 5U);
    read(redis + kWeb);
    EXPECT_EQ(last_->source_map.warnings.at(0).line, 3U);
    EXPECT_EQ(line_of("services.web.command"), 5U);
}

TEST_F(EarlierReadingTest, a_comment_inside_of_a_member_moves_its_keys) {
    read(kWeb + "verify = '2s'\n");
    read(kWeb + "# why\nverify = '2s'\n");
    EXPECT_EQ(line_of("services.web.verify"), 4U);
}

TEST_F(EarlierReadingTest, a_problem_is_told_at_its_new_line) {
    const auto text = kWeb + "after = ['db']\n" + kDb;
    read(text);
    read("\n" + kWeb + "after = ['db']\n");
    EXPECT_TRUE(first_problem().starts_with("4:1: services.web.after")) << first_problem();
    read("\n\n\n" + kWeb + "after = ['db']\n");
    EXPECT_TRUE(first_problem().starts_with("6:1: services.web.after")) << first_problem();
    read(text);
    EXPECT_TRUE(last_.has_value());
}

TEST_F(EarlierReadingTest, members_that_swap_their_names_swap_what_they_are) {
    read("[services.a]\ncommand = 'sh'\n[services.b]\ncommand = 'bin/web'\n");
    read("[services.b]\ncommand = 'sh'\n[services.a]\ncommand = 'bin/web'\n");
    EXPECT_EQ(member("a").command.at(0), directory_ + "/bin/web");
    EXPECT_EQ(member("b").name, "b");
}

TEST_F(EarlierReadingTest, a_member_of_another_kind_is_another_member) {
    read("[services.log]\ncommand = 'sh'\nafter = []\n" + kWeb);
    read("[notes.log]\nafter = []\n" + kWeb);
    EXPECT_EQ(member("log").kind, "note");
    EXPECT_TRUE(member("log").command.empty());
    read("[services.log]\ncommand = 'sh'\nafter = []\n" + kWeb);
    EXPECT_EQ(member("log").kind, "");
    read("[services.log]\ncommand = 'sh'\nafter = []\n[notes.log]\n");
    EXPECT_TRUE(first_problem().contains("\"log\" is the name of a service of the project already"))
        << first_problem();
}

TEST_F(EarlierReadingTest, the_defaults_of_the_file_reach_every_member) {
    write("bin/sh", "");
    fs::permissions(directory_ + "/bin/sh", fs::perms::owner_all);
    const auto both = kDb + "watch = ['a']\n";
    for (const auto* const head :
         {"", "[project]\nenv = { A = 1 }\n", "[project]\nenv = { A = 2 }\n",
          "[project]\npath = 'bin'\n", "[watch]\nexclude = ['b']\n", "[watch]\ndebounce = '1s'\n",
          "[watch]\ndebounce = '1s'\ndebounce_max = '5s'\n", "[watch]\nbackup = 3\n", ""}) {
        read(head + both);
        EXPECT_FALSE(taken_over("db")) << head;
        read("\n" + (head + both));
        EXPECT_TRUE(taken_over("db")) << head;
    }
}

TEST_F(EarlierReadingTest, what_an_env_file_holds_counts) {
    const auto text = kWeb + "env_file = ['.env', '-none.env']\n" + kDb;
    env_files_[directory_ + "/.env"] = "A=1\n";
    read(text);
    read("\n" + text);
    EXPECT_TRUE(taken_over("web"));
    EXPECT_EQ(last_->sources, (std::vector{directory_ + "/.env", directory_ + "/none.env"}));
    env_files_[directory_ + "/.env"] = "A=2\n";
    read(text);
    EXPECT_EQ(member("web").env.at("A"), "2");
    EXPECT_TRUE(taken_over("db"));
    env_files_[directory_ + "/none.env"] = "A=3\n";
    read(text);
    EXPECT_EQ(member("web").env.at("A"), "3") << "it appears";
    env_files_.erase(directory_ + "/.env");
    read(text);
    EXPECT_TRUE(first_problem().contains("cannot be opened")) << first_problem();
    read(text);
    EXPECT_TRUE(first_problem().contains("cannot be opened")) << first_problem();
    env_files_[directory_ + "/.env"] = "A=4\n";
    read(text);
    EXPECT_EQ(member("web").env.at("A"), "3");
}

TEST_F(EarlierReadingTest, what_is_on_disk_counts) {
    fs::create_directory(directory_ + "/dir");
    const auto text = kWeb + "working_dir = 'dir'\nwatch = ['conf']\n";
    read(text);
    read("\n" + text);
    EXPECT_TRUE(taken_over("web"));
    fs::permissions(directory_ + "/bin/web", fs::perms::owner_read);
    read(text);
    EXPECT_TRUE(first_problem().contains("is not executable")) << first_problem();
    fs::permissions(directory_ + "/bin/web", fs::perms::owner_all);
    fs::remove(directory_ + "/dir");
    read(text);
    EXPECT_TRUE(first_problem().contains("working_dir")) << first_problem();
    fs::create_directory(directory_ + "/dir");
    read(text);
    EXPECT_TRUE(last_.has_value());
    fs::create_directory(directory_ + "/conf");
    read(text);
    EXPECT_TRUE(first_problem().contains("is a directory")) << first_problem();
}

TEST_F(EarlierReadingTest, a_schema_that_comes_and_goes_is_warned_of_while_it_is_away) {
    const auto text = kWeb + "[[services.web.watch]]\nfiles = ['a.toml']\nschema = 's.json'\n";
    read(text);
    EXPECT_EQ(last_->source_map.warnings.size(), 1U);
    write("s.json", "{}");
    read(text);
    EXPECT_TRUE(last_->source_map.warnings.empty());
    fs::remove(directory_ + "/s.json");
    read("\n" + text);
    EXPECT_EQ(last_->source_map.warnings.at(0).line, 6U);
}

TEST_F(EarlierReadingTest, a_member_whose_patterns_match_a_source_leaves_out_those_of_now) {
    const auto watches = kDb + "watch = ['*.env']\n";
    env_files_[directory_ + "/a.env"] = "";
    read(kWeb + "env_file = 'a.env'\n" + watches);
    EXPECT_TRUE(std::ranges::contains(member("db").watches[0].exclude, directory_ + "/a.env"));
    read(kWeb + watches);
    EXPECT_FALSE(std::ranges::contains(member("db").watches[0].exclude, directory_ + "/a.env"));
    read(kWeb + "env_file = 'a.env'\n" + watches);
    read(kWeb + "env_file = 'a.env'\n" + watches);
    EXPECT_EQ(std::ranges::count(member("db").watches[0].exclude, directory_ + "/a.env"), 1);
}

TEST_F(EarlierReadingTest, what_others_have_to_say_of_a_member_is_asked_anew) {
    read(kWeb + "ports = ['127.0.0.1:1']\n" + kDb);
    read(kWeb + "ports = ['127.0.0.1:1']\n" + kDb + "ports = ['127.0.0.1:1']\n");
    EXPECT_TRUE(first_problem().contains("is a port of services.db already")) << first_problem();
    read(kWeb + "after = ['db']\n" + kDb);
    read(kWeb + "after = ['db']\n" + kDb + "after = ['web']\n");
    EXPECT_TRUE(first_problem().contains("wait for each other")) << first_problem();
    const auto length = std::string(240, 'x');
    read(kWeb);
    read("[project]\nname = '" + length + "'\n" + kWeb);
    EXPECT_TRUE(first_problem().contains("too long together")) << first_problem();
}

TEST_F(EarlierReadingTest, a_file_that_is_no_toml_forgets_nothing) {
    read(kWeb);
    (void)parse("[services.web", &earlier_);
    read("\n" + kWeb);
    EXPECT_TRUE(taken_over("web"));
}

namespace {

// A project that somebody edits at random.
class Edited {
public:
    explicit Edited(unsigned seed) : random_(seed) {
        for (const auto* const name : {"a", "b", "c", "d"})
            members_.push_back({name, "services", {{"command", "'bin/web'"}}, ""});
    }

    [[nodiscard]] std::string text() const {
        std::string text = head_;
        for (const auto& [name, table, keys, rest] : members_) {
            text += std::format("[{}.{}]\n", table, name);
            for (const auto& [key, value] : keys)
                text += std::format("{} = {}\n", key, value);
            text += rest;
            if (rest.starts_with("files"))
                text.insert(text.size() - rest.size(),
                            std::format("[[{}.{}.watch]]\n", table, name));
        }
        return text;
    }

    bool one_in(unsigned count) { return below(count) == 0; }
    unsigned below(std::size_t count) { return static_cast<unsigned>(random_() % count); }
    template <std::size_t N>
    std::string any(const std::array<const char*, N>& words) {
        return words[below(N)];
    }

    void edit() {
        auto& member = members_[below(members_.size())];
        auto& other = members_[below(members_.size())];
        switch (below(9)) {
        case 0:
            head_ =
                any(std::to_array({"", "# a\n", "\n\n\n", "[project]\nenv = { A = 1 }\n",
                                   "[project]\nenv = { A = 2 }\npath = 'bin'\n",
                                   "[watch]\ndebounce = '1s'\n", "[watch]\nexclude = ['**/x']\n"}));
            break;
        case 1:
            std::swap(member, other);
            break;
        case 2:
            std::swap(member.name, other.name);
            break;
        case 3:
            member.name = any(std::to_array({"a", "b", "c", "d", "e"}));
            break;
        case 4:
            member.table = one_in(4) ? "notes" : "services";
            member.keys =
                member.table == "notes"
                    ? Keys{{"file", "'x'"}}
                    : Keys{{one_in(4) ? "unit" : "command", one_in(2) ? "'sh'" : "'web'"}};
            member.rest.clear();
            break;
        case 5:
            if (!member.keys.empty() && one_in(3))
                member.keys.erase(std::next(member.keys.begin(), below(member.keys.size())));
            break;
        case 6:
            member.rest = any(
                std::to_array({"", "# comment\n", "\n\n", "files = ['a.toml']\nschema = 's.json'\n",
                               "files = ['*.env']\nbackup = 1\n"}));
            member.keys.erase("watch");
            break;
        default:
            set(member);
        }
    }

private:
    using Keys = std::map<std::string, std::string>;
    struct Member {
        std::string name;
        std::string table;
        Keys keys;
        std::string rest; // a comment or so, or a watch
    };

    void set(Member& member) {
        static constexpr auto kPool = std::to_array<std::pair<const char*, const char*>>({
            {"command", "'bin/web'"},
            {"command", "['bin/web', 'x']"},
            {"command", "'sh'"},
            {"command", "'bin/tool'"},
            {"env", "{ A = 1 }"},
            {"env", "{ A = '2', B = true, C = 1.5 }"},
            {"env", "{\n A = 1 }"},
            {"env_file", "'one.env'"},
            {"env_file", "['one.env', '-two.env']"},
            {"env_file", "'-none.env'"},
            {"working_dir", "'dir'"},
            {"working_dir", "'.'"},
            {"after", "['a']"},
            {"after", "['b', 'c']"},
            {"requires", "['d']"},
            {"ports", "['127.0.0.1:8080']"},
            {"ports", "[{ listen = './x.sock', mode = '0600' }]"},
            {"properties", "{ MemoryMax = '1G' }"},
            {"reload_signal", "'HUP'"},
            {"reload_signal", "'KILL'"},
            {"strategy", "'restart'"},
            {"strategy", "'reload'"},
            {"ready", "{ tcp = '80' }"},
            {"ready", "{ tcp = '80', timeout = '1s' }"},
            {"verify", "'1s'"},
            {"verify", "1"},
            {"watch", "['a', 'dir']"},
            {"watch", "['**']"},
            {"watch", "['~/a', 'b']"},
            {"user", "'nobody'"},
            {"what", "1979-05-27"},
        });
        const auto& [key, value] = kPool[below(kPool.size())];
        if (member.table == "notes" && std::string_view(key) != "after")
            member.keys["file"] = one_in(9) ? "3" : "'y'";
        else if (std::string_view(key) != "watch" || !member.rest.starts_with("files"))
            member.keys[key] = value;
        // Mostly somebody sees their mistake at once.
        for (const auto* const wrong : {"1", "1979-05-27", "'KILL'", "'nobody'"})
            if (!one_in(4))
                std::erase_if(member.keys, [&](const auto& each) { return each.second == wrong; });
    }

    std::mt19937 random_;
    std::string head_;
    std::vector<Member> members_;
};

} // namespace

TEST_F(EarlierReadingTest, nothing_tells_it_from_a_reading_that_begins_with_nothing) {
    unsigned valid = 0, kept = 0;
    for (unsigned seed = 1; seed <= 40; ++seed) {
        Edited project(seed);
        earlier_.reset();
        for (int save = 0; save < 60 && !HasFailure(); ++save) {
            const auto edits = 1 + project.below(2);
            const Edited before = project;
            for (unsigned i = 0; i < edits; ++i)
                project.edit();
            auto& env_file = env_files_[directory_ + (project.one_in(2) ? "/one.env" : "/two.env")];
            if (project.one_in(5))
                env_file = std::format("X={}\n", project.below(3));
            if (project.one_in(9))
                env_files_.erase(directory_ + "/two.env");
            if (project.one_in(9))
                fs::create_directory(directory_ + "/dir");
            if (project.one_in(9))
                fs::remove(directory_ + "/dir");
            if (project.one_in(9))
                write("bin/tool", "");
            fs::permissions(directory_ + "/bin/web",
                            project.one_in(9) ? fs::perms::owner_read : fs::perms::owner_all);
            read(project.text());
            if (!last_ && !project.one_in(3)) // it is undone, as people do
                project = before;
            valid += last_.has_value();
            for (const auto* const name : {"a", "b", "c", "d", "e"})
                kept += taken_over(name);
        }
    }
    EXPECT_GT(valid, 300U);
    EXPECT_GT(kept, 300U);
}
