// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// The tables of keys and what reads them, from the outside in. Only for config/.

#include "config/reader.hpp"
#include "core/port.hpp"
#include "core/probe.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace hotreload {

void read_project(Reading& reading, const toml::table& root);

// What the table [services.NAME] may hold, or one of another kind.
std::vector<KeyRow<MemberDefinition>> member_rows(const Kind& kind);

// The member whose key that is, as it was read earlier if all that decided it is the same; else its
// table is read. `defaults`: of the file, and of the kind.
MemberReading& read_member(Reading& reading, const toml::key& name, const toml::table& table,
                           const Kind& kind, std::span<const KeyRow<MemberDefinition>> rows,
                           const Digest& defaults);
Digest digest_of_defaults(const Reading& reading, const Kind& kind);

// Reads such a table, whose keys these are.
void read_service(Reading& reading, const std::string& key, const toml::table& table,
                  const Kind& kind, std::span<const KeyRow<MemberDefinition>> rows,
                  MemberDefinition& service);

// The file is one that the definition was read from.
void add_source(Reading& reading, const std::string& path);

// [watch].
void read_watch_defaults(Reading& reading, const std::string& key, const toml::table& table);

// `watch` of a service, in its short form or its long one.
void read_watches(Reading& reading, const Entry& entry, MemberDefinition& service);

// An address as in `ports`; a relative path of a socket starts at the project.
Result<Address> read_address(Reading& reading, const std::string& text);

// The project file and its env_files are no content of a service whose patterns only happen to
// match them; what names one of them watches it. When all is read.
void leave_out_sources(Reading& reading);

// `ports` of a service, in its short form or its long one (ValueType::EachStringOrTable).
void read_ports(Reading& reading, const Entry& entry, std::vector<PortDefinition>& ports);

// The table [configs.NAME], or one file of the short form.
void read_config(Reading& reading, const std::string& key, const toml::table& table,
                 ConfigDefinition& config);
void read_config_file(Reading& reading, const std::string& key, const std::string& file,
                      ConfigDefinition& config);

// `properties` of a service.
void read_properties(Reading& reading, const Entry& entry, MemberDefinition& service);

// A program, found as services find theirs, and its arguments, which stay as they are; a string is
// split into them. `variable`: see split_command().
void read_command(Reading& reading, const Entry& entry, std::vector<std::string>& command,
                  std::string_view variable = {});

// `ready` of a service.
void read_ready(Reading& reading, const Entry& entry, std::optional<ReadyProbe>& ready);

// Users, and groups as "@group", that the key gives rights to.
void read_accounts(Reading& reading, const Entry& entry, std::vector<std::string>& names);

// The variables of an `env` table, over what is there.
void read_env(Reading& reading, const Entry& entry, std::map<std::string, std::string>& env);

// Checks that need a whole service, or all of them together.
void check_services(Reading& reading);

// Names of the rows of each table, for the documentation's check.
std::vector<std::string> project_keys();
std::vector<std::string> member_keys(const Kind& kind);
std::vector<std::string> ready_keys();
std::vector<std::string> watch_keys();
std::vector<std::string> watch_default_keys();
std::vector<std::string> config_keys();
std::vector<std::string> port_keys();

} // namespace hotreload
