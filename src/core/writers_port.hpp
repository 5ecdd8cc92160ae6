// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Writers are who opens a file for writing: asked when something is suspected, for it costs the
// writer a moment. os/leases.hpp has the real one.

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace hotreload {

class Writers {
public:
    virtual ~Writers() = default;

    // The control groups ("/system.slice/nginx.service") of those who wait to open the file.
    using OnOpened = std::function<void(const std::vector<std::string>& groups)>;

    // The file is watched until it is opened for writing, once, or the handle is destroyed.
    using Handle = std::shared_ptr<void>;
    // nullptr: it cannot be told (another's file, open for writing, no such file).
    virtual Handle find_writer(const std::string& path, OnOpened on_opened) = 0;
};

} // namespace hotreload
