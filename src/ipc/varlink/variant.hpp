// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// VariantBuilder makes the form in which libsystemd sends JSON out of what a renderer writes, value
// by value: no text is made and parsed again. It is a visitor of jsoncons, as the encoder of texts
// is, so that one renderer writes both.

#include <jsoncons/json_visitor.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

using sd_json_variant = struct sd_json_variant;

namespace hotreload::ipc {

struct VariantDeleter {
    void operator()(sd_json_variant* variant) const noexcept;
};
using Variant = std::unique_ptr<sd_json_variant, VariantDeleter>;

class VariantBuilder final : public jsoncons::json_visitor {
public:
    // The value that was written. nullptr: libsystemd did not take it, or it has no end yet.
    Variant take() && { return std::move(result_); }
    // What it takes as a text, about.
    [[nodiscard]] std::size_t bytes() const { return bytes_; }

private:
    using Tag = jsoncons::semantic_tag;
    using Context = jsoncons::ser_context;
    using Ignored = std::error_code; // of a visitor that can stop its writer

    void visit_flush() override {}
    JSONCONS_VISITOR_RETURN_TYPE visit_begin_object(Tag, const Context&, Ignored&) override;
    JSONCONS_VISITOR_RETURN_TYPE visit_end_object(const Context&, Ignored&) override;
    JSONCONS_VISITOR_RETURN_TYPE visit_begin_array(Tag, const Context&, Ignored&) override;
    JSONCONS_VISITOR_RETURN_TYPE visit_end_array(const Context&, Ignored&) override;
    JSONCONS_VISITOR_RETURN_TYPE visit_key(const string_view_type& name, const Context&,
                                           Ignored&) override;
    JSONCONS_VISITOR_RETURN_TYPE visit_null(Tag, const Context&, Ignored&) override;
    JSONCONS_VISITOR_RETURN_TYPE visit_bool(bool value, Tag, const Context&, Ignored&) override;
    JSONCONS_VISITOR_RETURN_TYPE visit_string(const string_view_type& value, Tag tag,
                                              const Context&, Ignored&) override;
    JSONCONS_VISITOR_RETURN_TYPE visit_byte_string(const jsoncons::byte_string_view& value, Tag,
                                                   const Context&, Ignored&) override;
    JSONCONS_VISITOR_RETURN_TYPE visit_uint64(std::uint64_t value, Tag, const Context&,
                                              Ignored&) override;
    JSONCONS_VISITOR_RETURN_TYPE visit_int64(std::int64_t value, Tag, const Context&,
                                             Ignored&) override;
    JSONCONS_VISITOR_RETURN_TYPE visit_double(double value, Tag, const Context&, Ignored&) override;

    template <class... Arguments>
    void add(int (*make)(sd_json_variant**, Arguments...), auto... arguments);
    void add_string(std::string_view text);
    void close(int (*make)(sd_json_variant**, sd_json_variant**, std::size_t));

    // The objects and arrays that have no end yet, each with what is in it so far: of an object, a
    // name and its value by turns.
    std::vector<std::vector<Variant>> open_;
    Variant result_;
    std::size_t bytes_ = 0;
    bool refused_ = false;
};

} // namespace hotreload::ipc
