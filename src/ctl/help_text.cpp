// SPDX-License-Identifier: LGPL-2.1-or-later
#include "ctl/help_text.hpp"

namespace hotreload::ctl {

HelpText::HelpText() {
    column_width(34);
    label("Positionals", "Arguments");
    label("Subcommands", "Commands");
    label("SUBCOMMAND", "COMMAND");
}

// The name of the option without the value that a flag stands for: "--json{short}".
std::string HelpText::make_option_name(const CLI::Option* option, bool positional) const {
    auto name = CLI::Formatter::make_option_name(option, positional);
    const auto brace = name.find('{');
    if (brace == std::string::npos)
        return name;
    const bool takes_a_word = name.substr(brace) == "{short}";
    name.resize(brace);
    return takes_a_word ? name + "[=MODE]" : name;
}

std::string HelpText::make_option_opts(const CLI::Option* option) const {
    if (option->get_positional())
        return option->get_expected_max() > 1 ? " ..." : "";
    if (option->get_type_size() == 0)
        return "";
    const auto type = option->get_type_name();
    return type.empty() ? "" : " " + type.substr(0, type.find(':'));
}

} // namespace hotreload::ctl
