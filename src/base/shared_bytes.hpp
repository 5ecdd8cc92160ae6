// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// SharedBytes are bytes that nobody changes any more, and that several hold on to: the content of a
// large file is passed on without a copy. Equal are those with the same bytes.

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace hotreload {

class SharedBytes {
public:
    SharedBytes(std::string bytes = {})
        : bytes_(std::make_shared<const std::string>(std::move(bytes))) {}
    SharedBytes(const char* bytes) : SharedBytes(std::string(bytes)) {}

    [[nodiscard]] std::string_view view() const { return *bytes_; }
    [[nodiscard]] std::size_t size() const { return bytes_->size(); }
    [[nodiscard]] bool empty() const { return bytes_->empty(); }

    bool operator==(const SharedBytes& other) const {
        return bytes_ == other.bytes_ || *bytes_ == *other.bytes_;
    }

private:
    std::shared_ptr<const std::string> bytes_; // never nullptr
};

} // namespace hotreload
