// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Numbers and byte strings in a row, as protocol.cpp puts them together. Both ends are on one
// machine and of one version: numbers are as they are in memory. Nothing of what is decoded is
// trusted: no length leads beyond the end, and no count makes more room than there are bytes.

#include "base/shared_bytes.hpp"

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

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
    // As bytes(), without a copy of what is long.
    void shared(const SharedBytes& value) {
        if (value.size() < kLong)
            return bytes(value.view());
        number(static_cast<std::uint32_t>(value.size()));
        end_piece();
        pieces_.push_back(value);
    }

    // All in one; nothing of it was shared.
    std::string take() { return std::move(bytes_); }
    // In the order in which they follow each other.
    std::vector<SharedBytes> take_pieces() {
        end_piece();
        return std::move(pieces_);
    }

private:
    static constexpr std::size_t kLong = 4096;

    void end_piece() {
        if (!bytes_.empty())
            pieces_.emplace_back(std::exchange(bytes_, {}));
    }

    std::vector<SharedBytes> pieces_;
    std::string bytes_; // of the piece that is not at its end
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
