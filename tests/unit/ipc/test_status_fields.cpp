// SPDX-License-Identifier: LGPL-2.1-or-later
// What is told of a status is the same on every surface.
#include "core/status_fields.hpp"
#include "ipc/dbus/differences.hpp"
#include "texts.hpp"

#include <gtest/gtest.h>

#include <cctype>
#include <set>
#include <string>

namespace hotreload::ipc {
namespace {

using Names = std::set<std::string>;

template <class Status>
Names properties(bool constant_only = false) {
    Names names;
    each_status_field<Status>([&](const auto& field) {
        if (field.constant || !constant_only)
            names.insert(property_name(field));
    });
    return names;
}

template <class Status>
Names members() {
    Names names;
    each_status_field<Status>([&](const auto& field) {
        std::string name(field.name);
        name.front() = static_cast<char>(std::tolower(name.front()));
        names.insert(name);
    });
    return names;
}

std::string xml_of(const std::string& interface) {
    return read_file(std::string(HOTRELOAD_INTERFACES) + "/org.hotreload." + interface + ".xml");
}

Names varlink_members(const std::string& type) {
    const auto text = read_file(HOTRELOAD_VARLINK);
    const auto begin = text.find("type " + type + "(");
    return found_in(text.substr(begin, text.find("\n)", begin) - begin), "\\n\t(\\w+):");
}

template <class Status>
void expect_everywhere(const std::string& name, const Names& beside = {}) {
    const auto xml = xml_of(name + "1");
    EXPECT_EQ(found_in(xml, "<property name=\"(\\w+)\""), properties<Status>()) << name;
    EXPECT_EQ(found_in(xml, "<property name=\"(\\w+)\" type=\"s\" access=\"read\">"),
              properties<Status>(true))
        << name;
    auto wanted = members<Status>();
    wanted.insert(beside.begin(), beside.end());
    EXPECT_EQ(varlink_members(name), wanted) << name;
}

} // namespace

TEST(StatusFields, are_the_properties_of_the_bus_and_the_members_of_varlink) {
    expect_everywhere<ProjectStatus>("Project", {"services", "configs"});
    expect_everywhere<ServiceStatus>("Service");
    expect_everywhere<ConfigStatus>("Config");
}

} // namespace hotreload::ipc
