// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// A project's directory on disk, with a program in it, and short ways to read a text as its file.

#include "config/project_file.hpp"
#include "kinds/kinds.hpp"
#include "temporary_directory.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <vector>

namespace hotreload::test {

namespace fs = std::filesystem;

// A service that is valid, to add to.
inline const std::string kWeb = "[services.web]\ncommand = ['bin/web']\n";

class ProjectTest : public testing::Test {
protected:
    void SetUp() override {
        directory_ = top_ / "shop";
        fs::create_directories(directory_ + "/bin");
        write("bin/web", "#!/bin/sh\n");
        fs::permissions(directory_ + "/bin/web", fs::perms::owner_all);
    }

    void write(const std::string& name, std::string_view text) {
        std::ofstream(directory_ + "/" + name) << text;
    }
    [[nodiscard]] std::string file() const { return directory_ + "/hotreload.toml"; }

    Checked<ProjectDefinition> parse(std::string_view text,
                                     std::unique_ptr<EarlierReading>* earlier = nullptr) {
        const auto read_env_file = [this](const std::string& path) -> Result<std::string> {
            const auto found = env_files_.find(path);
            if (found == env_files_.end())
                return fail_errno(ENOENT, "cannot be opened");
            return found->second;
        };
        return parse_project(text, file(), *kinds_, read_env_file, nullptr, earlier, drop_ins_);
    }

    // The definition of a text that is right.
    ProjectDefinition good(std::string_view text) {
        auto project = parse(text);
        if (project)
            return *std::move(project);
        for (const Problem& problem : project.error())
            ADD_FAILURE() << to_string(problem);
        return {};
    }
    MemberDefinition service(std::string_view text, const std::string& name = "web") {
        auto project = good(text);
        EXPECT_TRUE(project.services.contains(name));
        return project.services[name];
    }

    // The problems of a text that is wrong, each as "4:1: what".
    std::vector<std::string> problems(std::string_view text) {
        const auto project = parse(text);
        std::vector<std::string> all;
        if (!project)
            for (Problem problem : project.error()) {
                std::string line = to_string(problem);
                const std::string prefix = file() + ":";
                all.push_back(line.starts_with(prefix) ? line.substr(prefix.size()) : line);
            }
        return all;
    }
    void expect_problem(std::string_view text, const std::string& wanted) {
        const auto all = problems(text);
        for (const auto& each : all)
            if (each.contains(wanted))
                return;
        std::string found;
        for (const auto& each : all)
            found += "\n  " + each;
        ADD_FAILURE() << "no problem \"" << wanted << "\" for\n" << text << "\nbut" << found;
    }
    void expect_problems(std::string_view text, std::size_t count) {
        const auto all = problems(text);
        EXPECT_EQ(all.size(), count) << text;
        if (all.size() != count)
            for (const auto& each : all)
                ADD_FAILURE() << each;
    }

    const Kinds* kinds_ = &all_kinds();
    const TemporaryDirectory top_;
    std::string directory_;
    std::map<std::string, std::string> env_files_;
    std::vector<DropIn> drop_ins_;
};

} // namespace hotreload::test
