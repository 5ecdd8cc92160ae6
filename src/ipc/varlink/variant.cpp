// SPDX-License-Identifier: LGPL-2.1-or-later
#include "ipc/varlink/variant.hpp"

#include "base/utf8.hpp"

#include <systemd/sd-json.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string>
#include <system_error>

namespace hotreload::ipc {

void VariantDeleter::operator()(sd_json_variant* variant) const noexcept {
    sd_json_variant_unref(variant);
}

template <class... Arguments>
void VariantBuilder::add(int (*make)(sd_json_variant**, Arguments...), auto... arguments) {
    constexpr std::size_t each = 8; // of a number, or of what is around a string
    bytes_ += each;
    sd_json_variant* made = nullptr;
    refused_ = refused_ || make(&made, arguments...) < 0;
    if (refused_)
        return;
    if (open_.empty())
        result_.reset(made);
    else
        open_.back().emplace_back(made);
}

// libsystemd takes no string with a NUL in it.
void VariantBuilder::add_string(std::string_view text) {
    const auto whole = without_nul(std::string(text));
    bytes_ += whole.size();
    add(sd_json_variant_new_stringn, whole.data(), whole.size());
}

void VariantBuilder::close(int (*make)(sd_json_variant**, sd_json_variant**, std::size_t)) {
    const auto inside = std::move(open_.back());
    open_.pop_back();
    std::vector<sd_json_variant*> values(inside.size());
    std::ranges::transform(inside, values.begin(), [](const auto& each) { return each.get(); });
    add(make, values.data(), values.size());
}

JSONCONS_VISITOR_RETURN_TYPE VariantBuilder::visit_begin_object(Tag, const Context&, Ignored&) {
    open_.emplace_back();
    JSONCONS_VISITOR_RETURN;
}

JSONCONS_VISITOR_RETURN_TYPE VariantBuilder::visit_end_object(const Context&, Ignored&) {
    close(sd_json_variant_new_object);
    JSONCONS_VISITOR_RETURN;
}

JSONCONS_VISITOR_RETURN_TYPE VariantBuilder::visit_begin_array(Tag, const Context&, Ignored&) {
    open_.emplace_back();
    JSONCONS_VISITOR_RETURN;
}

JSONCONS_VISITOR_RETURN_TYPE VariantBuilder::visit_end_array(const Context&, Ignored&) {
    close(sd_json_variant_new_array);
    JSONCONS_VISITOR_RETURN;
}

JSONCONS_VISITOR_RETURN_TYPE VariantBuilder::visit_key(const string_view_type& name, const Context&,
                                                       Ignored&) {
    add_string(name);
    JSONCONS_VISITOR_RETURN;
}

JSONCONS_VISITOR_RETURN_TYPE VariantBuilder::visit_null(Tag, const Context&, Ignored&) {
    add(sd_json_variant_new_null);
    JSONCONS_VISITOR_RETURN;
}

JSONCONS_VISITOR_RETURN_TYPE VariantBuilder::visit_bool(bool value, Tag, const Context&, Ignored&) {
    add(sd_json_variant_new_boolean, value);
    JSONCONS_VISITOR_RETURN;
}

// A number that is kept as it was written comes as text. One that no double holds stays text.
JSONCONS_VISITOR_RETURN_TYPE VariantBuilder::visit_string(const string_view_type& value, Tag tag,
                                                          const Context&, Ignored&) {
    double number = 0;
    const auto end = value.data() + value.size();
    const auto [read_to, error] = std::from_chars(value.data(), end, number);
    const bool numeric = tag == Tag::bigdec || tag == Tag::bigint;
    if (numeric && read_to == end && error == std::errc() && std::isfinite(number))
        add(sd_json_variant_new_real, number);
    else
        add_string(value);
    JSONCONS_VISITOR_RETURN;
}

JSONCONS_VISITOR_RETURN_TYPE
VariantBuilder::visit_byte_string(const jsoncons::byte_string_view& value, Tag, const Context&,
                                  Ignored&) {
    add(sd_json_variant_new_base64, value.data(), value.size());
    JSONCONS_VISITOR_RETURN;
}

JSONCONS_VISITOR_RETURN_TYPE VariantBuilder::visit_uint64(std::uint64_t value, Tag, const Context&,
                                                          Ignored&) {
    add(sd_json_variant_new_unsigned, value);
    JSONCONS_VISITOR_RETURN;
}

JSONCONS_VISITOR_RETURN_TYPE VariantBuilder::visit_int64(std::int64_t value, Tag, const Context&,
                                                         Ignored&) {
    add(sd_json_variant_new_integer, value);
    JSONCONS_VISITOR_RETURN;
}

JSONCONS_VISITOR_RETURN_TYPE VariantBuilder::visit_double(double value, Tag, const Context&,
                                                          Ignored&) {
    add(sd_json_variant_new_real, value);
    JSONCONS_VISITOR_RETURN;
}

} // namespace hotreload::ipc
