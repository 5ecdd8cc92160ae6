// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// A Document is JSON that is rendered when it is known in which form and for whom: as a text, or
// value by value into the form of another library. It holds what it is about.

#include "base/error.hpp"

#include <jsoncons/json_visitor.hpp>

#include <functional>
#include <string>
#include <utility>

namespace hotreload::ipc {

class Json; // of json.cpp

class Document {
public:
    using Write = std::function<void(Json&)>;
    explicit Document(Write write) : write_(std::move(write)) {}

    [[nodiscard]] std::string text(Audience reader) const;
    void write(jsoncons::json_visitor& out, Audience reader) const;

private:
    Write write_;
};

} // namespace hotreload::ipc
