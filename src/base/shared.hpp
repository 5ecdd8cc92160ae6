// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Shared is a value that its copies have in common, and that nobody changes under another one: a
// copy costs nothing, and two of one origin are equal at once. Compared by value. One that was
// moved from may only be assigned to.

#include <memory>
#include <utility>

namespace hotreload {

template <class T>
class Shared {
public:
    Shared() : value_(std::make_shared<T>()) {}
    Shared(T value) : value_(std::make_shared<T>(std::move(value))) {}

    const T& operator*() const { return *value_; }
    const T* operator->() const { return value_.get(); }
    operator const T&() const { return *value_; }

    // The value, to be changed: it is this one's own from then on.
    T& edit() {
        if (value_.use_count() > 1)
            value_ = std::make_shared<T>(*value_);
        return *value_;
    }

    friend bool operator==(const Shared& one, const Shared& other) {
        return one.value_ == other.value_ || *one.value_ == *other.value_;
    }

private:
    std::shared_ptr<T> value_;
};

} // namespace hotreload
