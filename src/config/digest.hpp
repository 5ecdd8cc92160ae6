// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// DigestText is what a digest is made of, one thing after the other, each so that its end is known.

#include "config/member_reading.hpp"

#include <string>
#include <string_view>
#include <type_traits>

namespace hotreload {

Digest digest_of_text(std::string_view text);

class DigestText {
public:
    template <class T>
        requires std::is_floating_point_v<T> || std::has_unique_object_representations_v<T>
    DigestText& add(const T& value) {
        text_.append(reinterpret_cast<const char*>(&value), sizeof(value));
        return *this;
    }
    DigestText& add(std::string_view text) {
        add(text.size());
        text_.append(text);
        return *this;
    }
    // A text whose size is known from what is before it.
    DigestText& add_bare(std::string_view text) {
        text_.append(text);
        return *this;
    }

    void clear() { text_.clear(); }
    [[nodiscard]] Digest digest() const { return digest_of_text(text_); }

private:
    std::string text_;
};

} // namespace hotreload
