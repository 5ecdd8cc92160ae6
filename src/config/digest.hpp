// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// DigestText is what a digest is made of, one thing after the other, each so that its end is known.

#include "config/member_reading.hpp"

#include <string>
#include <string_view>
#include <type_traits>

namespace hotreload {

class DigestText {
public:
    template <class T>
        requires std::is_arithmetic_v<T> || std::is_enum_v<T>
    DigestText& add(T value) {
        text_.append(reinterpret_cast<const char*>(&value), sizeof(value));
        return *this;
    }
    DigestText& add(std::string_view text) {
        add(text.size());
        text_.append(text);
        return *this;
    }
    DigestText& add(const Digest& digest) { return add(digest.low).add(digest.high); }

    void clear() { text_.clear(); }
    [[nodiscard]] Digest digest() const;

private:
    std::string text_;
};

} // namespace hotreload
