// SPDX-License-Identifier: LGPL-2.1-or-later
#include "ipc/dbus/methods.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace hotreload::ipc {
namespace {

struct XmlMethod {
    std::string interface;
    std::string name;
    std::string signature;
    std::string usage;
};

std::string attribute(const std::string& line, const std::string& name) {
    const auto start = line.find(name + "=\"") + name.size() + 2;
    return line.substr(start, line.find('"', start) - start);
}

// The XML is ours, with a tag on each line: no need for a parser.
void read_methods(const std::filesystem::path& file, std::vector<XmlMethod>& methods) {
    std::ifstream xml(file);
    bool inside = false;
    for (std::string line; std::getline(xml, line);) {
        if (line.contains("<method "))
            methods.push_back({.interface = file.stem(),
                               .name = attribute(line, "name"),
                               .signature = {},
                               .usage = {}});
        inside = line.contains("<method ") || (inside && !line.contains("</method>"));
        if (!inside || !line.contains("direction=\"in\""))
            continue;
        auto& [interface, name, signature, usage] = methods.back();
        signature += attribute(line, "type");
        usage +=
            (usage.empty() ? "" : ", ") + attribute(line, "name") + " " + attribute(line, "type");
    }
}

std::vector<XmlMethod> xml_methods() {
    std::vector<XmlMethod> methods;
    for (const auto& file : std::filesystem::directory_iterator(HOTRELOAD_INTERFACES))
        read_methods(file.path(), methods);
    return methods;
}

TEST(Methods, the_table_has_a_row_for_each_method_of_the_xml_and_no_other) {
    const auto xml = xml_methods();
    ASSERT_EQ(xml.size(), method_table().size());
    for (const auto& method : xml) {
        const auto* row = find_method(method.interface, method.name);
        ASSERT_NE(row, nullptr) << method.name;
        EXPECT_EQ(row->signature, method.signature) << method.name;
        EXPECT_EQ(row->usage, method.usage) << method.name;
    }
}

TEST(Methods, root_and_the_owner_may_do_everything_and_others_nothing) {
    for (const auto& row : method_table()) {
        EXPECT_TRUE(authorise(row, 0, 0));
        EXPECT_TRUE(authorise(row, 0, 1000));
        EXPECT_TRUE(authorise(row, 1000, 1000));
        for (const uid_t owner : {0U, 1000U}) {
            const auto refused = authorise(row, 1001, owner);
            ASSERT_FALSE(refused);
            EXPECT_EQ(refused.error().code, ErrorCode::NotAuthorized);
            EXPECT_NE(refused.error().message.find(row.name), std::string::npos);
        }
    }
}

TEST(Methods, a_method_that_is_not_there_has_no_row) {
    EXPECT_EQ(find_method("org.hotreload.Manager1", "Reboot"), nullptr);
    EXPECT_EQ(find_method("org.hotreload.Manager1", ""), nullptr);
    EXPECT_EQ(find_method("org.hotreload.Manager1", "GetValue"), nullptr) << "it is Config1's";
}

} // namespace
} // namespace hotreload::ipc
