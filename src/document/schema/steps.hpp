// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Steps are the work that a schema may make, counted so that the same input has the same verdict on
// every machine. Only document/schema/ uses it.

#include <cstdint>

namespace hotreload::document {

// Thrown when there are none left.
struct OutOfSteps {};

// A step is about 10 ns on a machine of 2020: the whole of them is some 0.5 s.
inline constexpr std::uint64_t kMaxSteps = 30'000'000;

class Steps {
public:
    explicit Steps(std::uint64_t most = kMaxSteps) : left_(most) {}

    void take(std::uint64_t count) {
        if (!try_take(count))
            throw OutOfSteps{};
    }
    // Takes steps for callers that may not throw; false: there are none left.
    [[nodiscard]] bool try_take(std::uint64_t count) {
        const bool enough = count <= left_;
        left_ = enough ? left_ - count : 0;
        return enough;
    }

private:
    std::uint64_t left_;
};

} // namespace hotreload::document
