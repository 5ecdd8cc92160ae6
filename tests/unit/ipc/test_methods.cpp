// SPDX-License-Identifier: LGPL-2.1-or-later
#include "ipc/dbus/methods.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <regex>
#include <sstream>

namespace hotreload::ipc {
namespace {

struct XmlMethod {
    std::string name;
    std::string signature;
    std::string usage;
};

// The XML is ours and regular: no need for a parser.
std::vector<XmlMethod> xml_methods() {
    std::ostringstream text;
    text << std::ifstream(HOTRELOAD_MANAGER_XML).rdbuf();
    const auto xml = text.str();
    std::vector<XmlMethod> methods;
    const std::regex method(R"re(<method name="(\w+)">([^]*?)</method>)re");
    const std::regex arg(R"re(<arg name="(\w+)" type="([^"]+)" direction="in"/>)re");
    for (std::sregex_iterator m(xml.begin(), xml.end(), method), end; m != end; ++m) {
        XmlMethod found{(*m)[1], "", ""};
        const std::string body = (*m)[2];
        for (std::sregex_iterator a(body.begin(), body.end(), arg); a != end; ++a) {
            found.signature += (*a)[2];
            found.usage += (found.usage.empty() ? "" : ", ") + (*a)[1].str() + " " + (*a)[2].str();
        }
        methods.push_back(found);
    }
    return methods;
}

TEST(Methods, the_table_has_a_row_for_each_method_of_the_xml_and_no_other) {
    const auto xml = xml_methods();
    ASSERT_EQ(xml.size(), method_table().size());
    for (const auto& method : xml) {
        const auto* row = find_method(method.name);
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
    EXPECT_EQ(find_method("Reboot"), nullptr);
    EXPECT_EQ(find_method(""), nullptr);
}

} // namespace
} // namespace hotreload::ipc
