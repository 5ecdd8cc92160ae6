// SPDX-License-Identifier: LGPL-2.1-or-later
#include "parsing.hpp"

#include <jsoncons/json.hpp>
#include <jsoncons_ext/jsonpatch/jsonpatch.hpp>

#include <random>

namespace hotreload {
namespace patch_test {

using namespace short_hand;

class Random {
public:
    explicit Random(unsigned seed) : engine_(seed) {}

    std::size_t below(std::size_t end) {
        return std::uniform_int_distribution<std::size_t>(0, end - 1)(engine_);
    }

    Value value(std::size_t depth) {
        switch (below(depth == 0 ? 4 : 8)) {
        case 0:
            return {};
        case 1:
            return {.data = below(2) == 0};
        case 2:
            return {.data = static_cast<std::int64_t>(below(3))};
        case 3:
            return {.data = std::string(1, static_cast<char>('a' + below(3)))};
        case 4:
        case 5: {
            Value::Array array;
            for (std::size_t i = below(6); i > 0; --i)
                array.push_back(value(depth - 1));
            return {.data = array};
        }
        default: {
            Value::Object object;
            for (std::size_t i = below(5); i > 0; --i)
                object.insert_or_assign(key(), value(depth - 1));
            return {.data = object};
        }
        }
    }

    // The same, a little different: what an edit makes of a file.
    void edit(Value& value, std::size_t depth) {
        auto* array = std::get_if<Value::Array>(&value.data);
        auto* object = std::get_if<Value::Object>(&value.data);
        if (array && below(2) == 0) {
            array->insert(array->begin() + static_cast<std::ptrdiff_t>(below(array->size() + 1)),
                          this->value(1));
        } else if (array && !array->empty()) {
            const auto at = array->begin() + static_cast<std::ptrdiff_t>(below(array->size()));
            if (below(2) == 0)
                array->erase(at);
            else
                edit(*at, depth - 1);
        } else if (object && !object->empty() && below(3) > 0) {
            auto at =
                std::next(object->begin(), static_cast<std::ptrdiff_t>(below(object->size())));
            edit(at->second, depth - 1);
        } else if (object) {
            object->insert_or_assign(key(), this->value(1));
        } else {
            value = this->value(1);
        }
    }

private:
    std::string key() { return std::string(1, "ab/~\"é"[below(5)]); }

    std::mt19937 engine_;
};

void expect_patch_leads(const Value& before, const Value& after) {
    const auto patch = diff(before, after);
    EXPECT_EQ(patch.empty(), before == after);
    if (patch.size() == 1 && patch.front().path.empty()) { // which jsoncons refuses
        ASSERT_EQ(patch.front().after, after);
        return;
    }
    auto json = jsoncons::json::parse(to_json(before));
    std::error_code error;
    jsoncons::jsonpatch::apply_patch(json, jsoncons::json::parse(to_json(patch)), error);
    ASSERT_FALSE(error) << to_json(patch);
    ASSERT_EQ(parsed(Format::Json, json.to_string()), after) << to_json(before) << to_json(patch);
}

TEST(Patch, AppliedInItsOrderMakesTheOneDocumentOfTheOther) {
    const unsigned seed = std::random_device()();
    SCOPED_TRACE(std::format("seed {}", seed));
    Random random(seed);
    for (int i = 0; i < 3000 && !::testing::Test::HasFailure(); ++i) {
        const Value before = random.value(4);
        expect_patch_leads(before, random.value(4));
        Value after = before;
        for (std::size_t edits = 1 + random.below(4); edits > 0; --edits)
            random.edit(after, 4);
        expect_patch_leads(before, after);
    }
}

} // namespace patch_test
} // namespace hotreload
