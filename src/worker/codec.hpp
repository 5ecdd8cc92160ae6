// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Numbers and byte strings in a row, as protocol.cpp puts them together. Both ends are on one
// machine and of one version: numbers are as they are in memory. Nothing of what is decoded is
// trusted: no length leads beyond the end, and no count makes more room than there are bytes.

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>

namespace hotreload::worker {

class Encoder {
public:
    template <std::unsigned_integral T>
    void number(T value) {
        bytes_.append(reinterpret_cast<const char*>(&value), sizeof value);
    }
    // At most 4 GiB; what is longer than a message may be is refused as a message.
    void bytes(std::string_view value) {
        number(static_cast<std::uint32_t>(value.size()));
        bytes_ += value;
    }

    std::string take() { return std::move(bytes_); }

private:
    std::string bytes_;
};

class Decoder {
public:
    explicit Decoder(std::string_view bytes) : rest_(bytes) {}

    // 0 where nothing is left; good() tells.
    template <std::unsigned_integral T>
    T number() {
        T value = 0;
        if (const auto bytes = take(sizeof value); bytes.size() == sizeof value)
            std::memcpy(&value, bytes.data(), sizeof value);
        return value;
    }
    // At most `most` bytes; empty where that does not hold.
    std::string_view bytes(std::size_t most) {
        const auto size = number<std::uint32_t>();
        return size <= most ? take(size) : spoil();
    }
    // The number of elements that follow, of at least one byte each; 0: there cannot be so many.
    std::size_t count() {
        const auto elements = number<std::uint32_t>();
        if (elements <= rest_.size())
            return elements;
        spoil();
        return 0;
    }

    // Makes all that is left unusable, for what was read cannot be meant.
    std::string_view spoil() {
        good_ = false;
        rest_ = {};
        return {};
    }
    [[nodiscard]] bool good() const { return good_; }
    [[nodiscard]] bool finished() const { return good_ && rest_.empty(); }

private:
    std::string_view take(std::size_t size) {
        if (size > rest_.size())
            return spoil();
        const auto taken = rest_.substr(0, size);
        rest_.remove_prefix(size);
        return taken;
    }

    std::string_view rest_;
    bool good_ = true;
};

} // namespace hotreload::worker
