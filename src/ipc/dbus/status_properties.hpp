// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// The properties of a project's and of a service's status as sd-bus has them: one table for all
// objects of a kind, made of core/status_fields.hpp. There may be thousands of such objects, and an
// adaptor of sdbus-c++'s holds a table of its own in each of them. For status_objects.cpp.

#include "core/status.hpp"

#include <string>

using sd_bus = struct sd_bus;
using sd_bus_vtable = struct sd_bus_vtable;

namespace hotreload::ipc {

template <class Status>
struct StatusProperties {
    static const char* interface(); // "org.hotreload.Service1"

    // The properties in the order of their names. The userdata of the table, or what the `find` of
    // a fallback finds, is the Status.
    static const sd_bus_vtable* table();

    // Makes `is` the status that is held, and tells the bus what differs, if it is connected.
    static void replace(sd_bus* bus, const std::string& path, Status& held, const Status& is);
};

template <>
const char* StatusProperties<ProjectStatus>::interface();
template <>
const char* StatusProperties<ServiceStatus>::interface();

} // namespace hotreload::ipc
