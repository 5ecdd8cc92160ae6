// SPDX-License-Identifier: LGPL-2.1-or-later
#include "config/project_file.hpp"

#include "fuzz.hpp"
#include "kinds/kinds.hpp"

using namespace hotreload;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto project =
        parse_project(fuzz::text_of(data, size), "/nowhere/hotreload.toml", all_kinds(),
                      [](const std::string&) { return fail(ErrorCode::NotFound, "no such file"); });
    if (!project) {
        fuzz::expect(!project.error().empty(), "a refusal names a problem");
        return 0;
    }
    const auto links = link_graph(project->services);
    fuzz::expect(links.order().size() == project->services.size(),
                 "each service has its turn, once");
    for (const auto& [name, member] : project->services) {
        const MemberDefinition& service = *member;
        for (const auto& port : service.ports)
            fuzz::expect(Address::parse(port.address).value_or(Address()).text() == port.address &&
                             valid_port_name(port.name),
                         "a port has a canonical address and a name");
        fuzz::expect(links.connected(name).contains(name),
                     "a service is among what it stands and falls with");
        if (service.ready)
            fuzz::expect(service.ready->http.empty() || probe_addresses(service.ready->http),
                         "who is asked over HTTP is known");
    }
    return 0;
}
