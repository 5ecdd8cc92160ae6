// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// A directory of one test's own, gone with it.

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>

namespace hotreload::test {

class TemporaryDirectory {
public:
    TemporaryDirectory() { EXPECT_NE(::mkdtemp(path_.data()), nullptr); }
    ~TemporaryDirectory() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    TemporaryDirectory(const TemporaryDirectory&) = delete;
    TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

    [[nodiscard]] const std::string& path() const { return path_; } // without links
    [[nodiscard]] std::string operator/(std::string_view name) const {
        return path_ + '/' + std::string(name);
    }

private:
    std::string path_ =
        std::filesystem::canonical(std::filesystem::temp_directory_path()) / "hotreload-XXXXXX";
};

} // namespace hotreload::test
