// SPDX-License-Identifier: LGPL-2.1-or-later
#include "ipc/varlink/answers.hpp"

#include "base/utf8.hpp"
#include "ipc/present/json.hpp"

#include <utility>
#include <variant>

namespace hotreload::ipc {

namespace {

// Writes the one object that an answer is.
struct Writer {
    VariantBuilder& out;
    Audience reader;

    void operator()(std::monostate) const {
        out.begin_object();
        out.end_object();
    }
    void operator()(const ProjectName& project) const {
        out.begin_object();
        out.key("project");
        out.string_value(to_utf8(project.name));
        out.end_object();
    }
    // Those of methods that the socket has not.
    void operator()(const ServiceName&) const { std::unreachable(); }
    void operator()(const std::vector<ProjectStatus>&) const { std::unreachable(); }
    void operator()(const ReloadId& id) const {
        out.begin_object();
        out.key("id");
        out.string_value(to_string(id));
        out.end_object();
    }
    void operator()(const Document& document) const { document.write(out, reader); }
    void operator()(const ConfigValue& config) const {
        out.begin_object();
        out.key("value");
        document_of(config.json).write(out, reader);
        out.key("revision");
        out.uint64_value(config.revision);
        out.end_object();
    }
    void operator()(const std::vector<Problem>& problems) const {
        out.begin_object();
        out.key("valid");
        out.bool_value(problems.empty());
        out.key("problems");
        document(problems).write(out, reader);
        out.end_object();
    }
    void operator()(const MetricsText& metrics) const {
        out.begin_object();
        out.key("text");
        out.string_value(metrics.text);
        out.end_object();
    }
};

} // namespace

Variant to_variant(const Answer& answer, Audience reader) {
    VariantBuilder out;
    std::visit(Writer{out, reader}, answer);
    return std::move(out).take();
}

} // namespace hotreload::ipc
