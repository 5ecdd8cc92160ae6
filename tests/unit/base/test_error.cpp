// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/error.hpp"

#include <gtest/gtest.h>

namespace hotreload {
namespace {

TEST(Problem, IsPrivateUnlessItsProducerSaysThatItQuotesNothing) {
    const Problem quoting{"/etc/app.toml", 3, 9, "port = \"hunter2\" is no number"};
    const auto shown = shown_to(Audience::Everybody, quoting);
    EXPECT_EQ(shown.path, quoting.path);
    EXPECT_EQ(shown.line, 3u);
    EXPECT_EQ(shown.column, 9u);
    EXPECT_FALSE(shown.message.contains("hunter2"));
    EXPECT_TRUE(shown.message.contains("hotreloadctl status")) << "the way out";
    EXPECT_EQ(shown_to(Audience::Inspectors, quoting), quoting);
}

TEST(Problem, OfNamesIsForEverybody) {
    const auto named = Problem{.path = "/etc/app.toml", .message = "is missing"}.for_everybody();
    EXPECT_EQ(shown_to(Audience::Everybody, named), named);
    EXPECT_EQ(shown_to(Audience::Inspectors, named), named);
}

TEST(Problem, OfWhichMoreIsSaidKeepsItsAudience) {
    Problem problem{.message = "secret"};
    problem.message += " (and 2 more)";
    EXPECT_NE(shown_to(Audience::Everybody, problem).message, problem.message);
}

TEST(Error, AboutAProblemThatQuotesQuotesNothingToEverybody) {
    const Error quoting{ErrorCode::Invalid, "/etc/app.toml:3: \"hunter2\" is no number", "mend it",
                        Problem{"/etc/app.toml", 3, 0, "\"hunter2\" is no number"}};
    const auto shown = shown_to(Audience::Everybody, quoting);
    EXPECT_FALSE(to_string(shown).contains("hunter2")) << shown.message;
    EXPECT_TRUE(to_string(shown).contains("/etc/app.toml:3")) << shown.message;
    EXPECT_FALSE(shown.problem->message.contains("hunter2"));
    EXPECT_EQ(shown_to(Audience::Inspectors, quoting), quoting);
}

TEST(Error, SaysWhatToDoBehindWhatIsWrong) {
    EXPECT_EQ(to_string(Error{ErrorCode::NotFound, "no shap", "did you mean shop?"}),
              "no shap; did you mean shop?");
    EXPECT_EQ(to_string(Error{ErrorCode::NotFound, "no shap"}), "no shap");
}

} // namespace
} // namespace hotreload
