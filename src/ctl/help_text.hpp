// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// The help as systemd's tools print it: names, values and a sentence, none of the parser's own
// notation.

#include <CLI/CLI.hpp>

#include <string>

namespace hotreload::ctl {

class HelpText final : public CLI::Formatter {
public:
    HelpText();
    std::string make_option_name(const CLI::Option* option, bool positional) const override;
    std::string make_option_opts(const CLI::Option* option) const override;
};

} // namespace hotreload::ctl
