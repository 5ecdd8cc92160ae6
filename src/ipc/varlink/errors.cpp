// SPDX-License-Identifier: LGPL-2.1-or-later
#include "ipc/varlink/errors.hpp"

#include "base/utf8.hpp"
#include "ipc/error_words.hpp"
#include "ipc/varlink/variant.hpp"

#include <systemd/sd-varlink.h>

#include <utility>

namespace hotreload::ipc {

namespace {

void text(VariantBuilder& out, std::string_view name, const std::string& value) {
    out.key(name);
    out.string_value(to_utf8(value));
}

void number(VariantBuilder& out, std::string_view name, unsigned value) {
    out.key(name);
    out.uint64_value(value);
}

} // namespace

int reply_error(sd_varlink* link, const Error& whole, const std::string& target, Audience reader) {
    const auto error = shown_to(reader, whole);
    VariantBuilder out;
    out.begin_object();
    if (error.code == ErrorCode::NotFound)
        text(out, "target", target);
    text(out, "message", error.message);
    if (error.problem && !error.problem->path.empty())
        text(out, "path", error.problem->path);
    if (error.problem && error.problem->line > 0)
        number(out, "line", error.problem->line);
    if (error.problem && error.problem->column > 0)
        number(out, "column", error.problem->column);
    if (!error.hint.empty())
        text(out, "hint", error.hint);
    out.end_object();
    const auto name = "org.hotreload." + std::string(error_word(error.code));
    return sd_varlink_error(link, name.c_str(), std::move(out).take().get());
}

} // namespace hotreload::ipc
