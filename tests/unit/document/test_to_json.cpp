// SPDX-License-Identifier: LGPL-2.1-or-later
#include "parsing.hpp"

#include <limits>

namespace hotreload {
namespace to_json_test {

using namespace short_hand;

TEST(ToJson, ReadsBackAsTheSame) {
    for (const auto* text : {"[1,1.0,-0.0,1e+300,5e-324,18446744073709551615,-9223372036854775808]",
                             R"({"a\"\\\u0001\n\t":"\u007f😀","b":[[],{},null,true,false]})"})
        EXPECT_EQ(parsed(Format::Json, to_json(parsed(Format::Json, text))),
                  parsed(Format::Json, text))
            << text;
}

TEST(ToJson, TellsWhatJsonHasNoTypeForAsAString) {
    const Value value{.data = Value::Array{{.data = Opaque{"date", "2024-01-01"}},
                                           {.data = -std::numeric_limits<double>::infinity()},
                                           {.data = std::string("\xff")}}};
    EXPECT_EQ(to_json(value), "[\"2024-01-01\",\"-inf\",\"\xEF\xBF\xBD\"]");
}

TEST(ToJson, OfAPatchHasTheOldValues) {
    const auto patch = diff(parsed(Format::Json, R"({"log":{"level":"info"},"x/y":1})"),
                            parsed(Format::Json, R"({"log":{"level":"debug"},"n":[2]})"));
    EXPECT_EQ(to_json(patch),
              R"([{"op":"replace","path":"/log/level","value":"debug","old":"info"},)"
              R"({"op":"add","path":"/n","value":[2]},{"op":"remove","path":"/x~1y","old":1}])");
    EXPECT_EQ(to_json(Patch()), "[]");
}

} // namespace to_json_test
} // namespace hotreload
