// SPDX-License-Identifier: LGPL-2.1-or-later
// What the table says of a method is what the XML, the Varlink interface, the manual and the box
// tests have of it.
#include "ipc/methods.hpp"
#include "texts.hpp"

#include <gtest/gtest.h>

#include <cctype>
#include <filesystem>
#include <format>
#include <fstream>
#include <set>
#include <string>
#include <vector>

namespace hotreload::ipc {
namespace {

std::string source(const std::string& path) {
    return read_file(std::filesystem::path(HOTRELOAD_SOURCE) / path);
}

using Lines = std::set<std::string>;

struct XmlMethod {
    std::string interface;
    std::string name;
    std::string signature;
    std::string usage;
    Lines options; // "force b"
};

std::string attribute(const std::string& line, const std::string& name) {
    const auto start = line.find(name + "=\"") + name.size() + 2;
    return line.substr(start, line.find('"', start) - start);
}

// The XML is ours, with a tag on each line: no need for a parser.
void read_methods(const std::filesystem::path& file, std::vector<XmlMethod>& methods) {
    std::ifstream xml(file);
    std::string comment;
    bool inside = false;
    for (std::string line; std::getline(xml, line);) {
        if (line.contains("<!--"))
            comment.clear();
        comment += line + "\n";
        if (line.contains("<method "))
            methods.push_back({.interface = file.stem(),
                               .name = attribute(line, "name"),
                               .signature = {},
                               .usage = {},
                               .options = found_in(comment, R"(\n\s*@([a-z-]+) \(([bs])\): )")});
        inside = line.contains("<method ") || (inside && !line.contains("</method>"));
        if (!inside || !line.contains("direction=\"in\""))
            continue;
        auto& method = methods.back();
        const auto& name = attribute(line, "name");
        const auto& type = attribute(line, "type");
        method.signature += type;
        method.usage += (method.usage.empty() ? "" : ", ") + name + " " + type;
    }
}

std::vector<XmlMethod> xml_methods() {
    std::vector<XmlMethod> methods;
    for (const auto& file : std::filesystem::directory_iterator(HOTRELOAD_INTERFACES))
        read_methods(file.path(), methods);
    return methods;
}

Lines options_of(const Method& method) {
    Lines options;
    for (const auto& parameter : method.parameters)
        if (parameter.place == Parameter::Place::Option)
            options.insert(std::format("{} {}", parameter.name, parameter.type));
    return options;
}

// "name: type" of each input, as Varlink has it.
Lines inputs_of(const Method& method) {
    Lines inputs{"allowInteractiveAuthentication ?bool"};
    for (const auto& parameter : method.parameters)
        inputs.insert(std::format("{} {}{}", parameter.varlink, parameter.required ? "" : "?",
                                  parameter.type == 'b'   ? "bool"
                                  : parameter.type == 's' ? "string"
                                  : parameter.type == 'h' ? "[]File"
                                                          : "int"));
    return inputs;
}

// The method as the text of the interface has it, up to its outputs.
std::string varlink_inputs(const std::string& text, std::string_view method) {
    const auto begin = text.find(std::format("\nmethod {}(", method));
    return begin == std::string::npos ? "" : text.substr(begin, text.find(") -> (", begin) - begin);
}

// "debug_events" of "DebugEvents".
std::string snake_case(std::string_view name) {
    std::string text;
    for (const char letter : name) {
        if (std::isupper(letter) && !text.empty())
            text += '_';
        text += static_cast<char>(std::tolower(letter));
    }
    return text;
}

TEST(Methods, the_table_has_a_row_for_each_method_of_the_xml_and_no_other) {
    const auto xml = xml_methods();
    std::size_t of_the_bus = 0;
    for (const auto& method : method_table())
        of_the_bus += !method.interface.empty();
    EXPECT_EQ(xml.size(), of_the_bus);
    for (const auto& method : xml) {
        const auto* row = find_method(method.interface, method.name);
        ASSERT_NE(row, nullptr) << method.name;
        EXPECT_EQ(signature_of(*row), method.signature) << method.name;
        EXPECT_EQ(usage_of(*row), method.usage) << method.name;
        EXPECT_EQ(options_of(*row), method.options) << method.name;
    }
}

TEST(Methods, varlink_has_each_row_with_its_parameters_and_no_other) {
    const auto text = read_file(HOTRELOAD_VARLINK);
    Lines rows;
    for (const auto& method : method_table()) {
        if (!method.on_socket)
            continue;
        rows.emplace(method.name);
        const auto inputs = varlink_inputs(text, method.name);
        ASSERT_FALSE(inputs.empty()) << method.name;
        EXPECT_EQ(found_in(inputs, R"(\n\t(\w+): (\S+?)(?=,|\n|$))"), inputs_of(method))
            << method.name;
    }
    EXPECT_EQ(found_in(text, R"(\nmethod (\w+)\()"), rows);
}

TEST(Methods, each_row_is_in_the_manual_and_has_a_test) {
    const auto manual = source("man/org.hotreload.5");
    for (const auto& method : method_table()) {
        const std::string where =
            method.on_socket ? "tests/box/test_varlink.py" : "tests/box/test_api.py";
        EXPECT_TRUE(manual.contains(std::format("\n.It Ic {}", method.name)))
            << method.name << " is not in org.hotreload(5)";
        EXPECT_TRUE(source(where).contains(std::format("\ndef test_{}_", snake_case(method.name))))
            << method.name << " has no test in " << where;
    }
}

TEST(Methods, only_the_state_is_told_to_everybody_without_values) {
    Lines open;
    Lines on_socket;
    for (const auto& method : method_table())
        if (method.open != Method::Open::Nowhere)
            (method.open == Method::Open::Everywhere ? open : on_socket).emplace(method.name);
    EXPECT_EQ(open, (Lines{"GetState", "Monitor"}));
    EXPECT_EQ(on_socket, Lines{"Status"});
}

TEST(Methods, only_names_objects_and_numbers_are_told_to_everyone_unasked) {
    Lines everyone;
    for (const auto& method : method_table())
        if (method.permission == Permission::Everyone)
            everyone.emplace(method.name);
    EXPECT_EQ(everyone, (Lines{"GetService", "ListProjects", "Metrics"}));
}

TEST(Methods, a_method_that_is_not_there_has_no_row) {
    EXPECT_EQ(find_method("org.hotreload.Manager1", "Reboot"), nullptr);
    EXPECT_EQ(find_method("org.hotreload.Manager1", ""), nullptr);
    EXPECT_EQ(find_method("org.hotreload.Manager1", "GetValue"), nullptr) << "it is Config1's";
}

} // namespace
} // namespace hotreload::ipc
