// SPDX-License-Identifier: LGPL-2.1-or-later
#include "state/deaths.hpp"
#include "temporary_directory.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace hotreload::state {
namespace {

namespace fs = std::filesystem;

class DeathsTest : public testing::Test {
protected:
    [[nodiscard]] NotedDeaths next_run() const {
        auto deaths = NotedDeaths::open(directory);
        EXPECT_TRUE(deaths) << deaths.error().message;
        return std::move(*deaths);
    }

    // The files of a process that is at it when it is killed stay as they are then.
    [[nodiscard]] NotedDeaths after_death_of(const Work& work) const {
        const auto left = directory + ".left";
        {
            auto deaths = next_run();
            const Deaths::Scope scope(deaths, work);
            fs::copy(directory, left);
        }
        fs::remove_all(directory);
        fs::rename(left, directory);
        return next_run();
    }

    const test::TemporaryDirectory temporary;
    const std::string& directory = temporary.path();
    const Work document{"shop", "/srv/a.yaml", "1"};
};

TEST_F(DeathsTest, an_orderly_end_is_no_death) {
    {
        auto deaths = next_run();
        const Deaths::Scope scope(deaths, document);
    }
    const auto deaths = next_run();
    EXPECT_FALSE(deaths.last());
    EXPECT_FALSE(deaths.set_aside(document));
}

TEST_F(DeathsTest, one_death_is_named_and_the_second_one_sets_its_cause_aside) {
    {
        const auto first = after_death_of(document);
        EXPECT_EQ(first.last(), (Death{document, 1}));
        EXPECT_FALSE(first.set_aside(document)) << "it may have been anybody's SIGKILL";
    }
    {
        const auto second = after_death_of(document);
        EXPECT_EQ(second.last(), (Death{document, 2}));
        EXPECT_TRUE(second.set_aside(document));
        EXPECT_FALSE(second.set_aside({"shop", "/srv/a.yaml", "2"})) << "another content";
        EXPECT_FALSE(second.set_aside({"", "/srv/a.yaml", "1"}));
    }
    const auto third = next_run();
    EXPECT_FALSE(third.last());
    EXPECT_TRUE(third.set_aside(document)) << "and it stays so";
}

TEST_F(DeathsTest, what_went_well_meanwhile_has_not_died_of_it) {
    {
        auto deaths = after_death_of(document);
        const Deaths::Scope scope(deaths, document);
    }
    EXPECT_EQ(after_death_of(document).last(), (Death{document, 1}));
}

TEST_F(DeathsTest, the_inner_work_counts_and_then_the_outer_one_again) {
    auto deaths = next_run();
    const Work project{"shop", "", ""};
    const Deaths::Scope outer(deaths, project);
    {
        const Deaths::Scope inner(deaths, document);
    }
    EXPECT_EQ(next_run().last(), (Death{project, 1}));
}

TEST_F(DeathsTest, a_part_of_the_work_that_goes_well_is_not_its_end) {
    const Work project{"shop", "", ""};
    auto deaths = after_death_of(project);
    const Deaths::Scope outer(deaths, project);
    {
        const Deaths::Scope again(deaths, project);
    }
    EXPECT_EQ(next_run().last(), (Death{project, 2}));
}

TEST_F(DeathsTest, who_asks_for_a_project_has_all_of_it_tried_again) {
    const Work file{"", "/srv/hotreload.toml", "7"};
    for (int i = 0; i < 2; ++i) {
        (void)after_death_of(document);
        (void)after_death_of(file);
    }
    {
        auto deaths = next_run();
        deaths.forgive("other", "/srv/other.toml");
        EXPECT_TRUE(deaths.set_aside(document) && deaths.set_aside(file));
        deaths.forgive("shop", "/srv/hotreload.toml");
    }
    const auto deaths = next_run();
    EXPECT_FALSE(deaths.set_aside(document) || deaths.set_aside(file));
}

TEST_F(DeathsTest, files_that_are_damaged_are_started_anew) {
    (void)after_death_of(document);
    std::ofstream(directory + "/deaths.json", std::ios::trunc) << "{";
    std::ofstream(directory + "/doing", std::ios::trunc) << std::string(20000, '\xff');
    const auto deaths = next_run();
    EXPECT_FALSE(deaths.last());
    EXPECT_EQ(after_death_of(document).last(), (Death{document, 1}));
}

TEST_F(DeathsTest, work_that_is_too_long_for_the_note_is_not_noted) {
    EXPECT_FALSE(after_death_of({"shop", std::string(40000, 'x'), "1"}).last());
}

} // namespace
} // namespace hotreload::state
