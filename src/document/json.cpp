// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/ascii.hpp"
#include "document/formats.hpp"
#include "document/plain_value.hpp"

#include <jsoncons/json_parser.hpp>
#include <jsoncons/json_visitor.hpp>

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

namespace hotreload::document {

namespace {

using jsoncons::semantic_tag;
using jsoncons::ser_context;

// Makes the tree of the parser's events. jsoncons' own tree forgets the places, and of a key that
// is there twice the first value.
class JsonBuilder final : public jsoncons::default_json_visitor {
public:
    JsonBuilder(std::string_view text, const DocumentLimits& limits)
        : text_(text), places_(text), budget_(limits) {}

    Value take() { return std::move(root_); }

private:
    using Context = const ser_context&;
    using Code = std::error_code&;

    bool visit_begin_object(semantic_tag, Context context, Code) override {
        return begin(Value::Object(), context);
    }
    bool visit_begin_array(semantic_tag, Context context, Code) override {
        return begin(Value::Array(), context);
    }
    bool visit_end_object(Context, Code) override { return end(); }
    bool visit_end_array(Context, Code) override { return end(); }

    bool visit_key(const string_view_type& name, Context context, Code) override {
        key_place_ = places_.at(context.begin_position());
        key_ = checked(name, context);
        return true;
    }

    bool visit_null(semantic_tag, Context context, Code) override { return leaf(nullptr, context); }
    bool visit_bool(bool flag, semantic_tag, Context context, Code) override {
        return leaf(flag, context);
    }
    bool visit_int64(std::int64_t number, semantic_tag, Context context, Code) override {
        if (number == 0 && text_.substr(context.begin_position()).starts_with('-'))
            return leaf(as_written(number, "-0"), context); // a float, to some
        return leaf(number, context);
    }
    bool visit_uint64(std::uint64_t number, semantic_tag, Context context, Code) override {
        if (std::in_range<std::int64_t>(number))
            return leaf(static_cast<std::int64_t>(number), context);
        return leaf(number, context);
    }
    bool visit_string(const string_view_type& text, semantic_tag tag, Context context,
                      Code) override {
        if (tag == semantic_tag::bigint)
            return leaf(Opaque{"number", std::string(text)}, context);
        if (tag == semantic_tag::bigdec) // every number that is no integer: lossless_number
            return leaf(as_written(real(text), text), context);
        return leaf(checked(text, context), context);
    }

    // jsoncons lets "\udc00" pass, which is no character: in the source, it has to follow one of
    // \ud800 to \udbff.
    std::string checked(std::string_view text, Context context) {
        const auto source = text_.substr(context.begin_position());
        bool follows = false;
        for (std::size_t at = 1; at < source.size() && source[at] != '"';) {
            if (source[at] != '\\') {
                at = source.find_first_of("\"\\", at);
                follows = false;
                continue;
            }
            const auto escape = to_lower(source.substr(at, 4));
            const bool low = escape >= "\\udc" && escape <= "\\udf";
            if (low && !follows)
                fail_at(places_.at(context.begin_position()),
                        "half of a surrogate pair; the other half is missing");
            follows = escape >= "\\ud8" && escape <= "\\udb";
            at += escape.starts_with("\\u") ? 6 : 2;
        }
        return std::string(text);
    }

    bool leaf(Value::Data data, Context context) {
        add(std::move(data), context);
        return true;
    }

    bool begin(Value::Data data, Context context) {
        Value& value = add(std::move(data), context);
        open_.push_back(&value);
        budget_.check_depth(open_.size(), {.line = value.line, .column = value.column});
        return true;
    }

    bool end() {
        open_.pop_back();
        return true;
    }

    // An array or object that is open stays where it is: only its last element grows.
    Value& add(Value::Data data, Context context) {
        Place place = places_.at(context.begin_position());
        budget_.add_values(1, place);
        Value value{.data = std::move(data), .line = place.line, .column = place.column};
        if (open_.empty()) {
            root_ = std::move(value);
            return root_;
        }
        if (auto* array = std::get_if<Value::Array>(&open_.back()->data))
            return array->emplace_back(std::move(value));
        return add_member(std::get<Value::Object>(open_.back()->data), *std::exchange(key_, {}),
                          std::move(value), key_place_);
    }

    std::string_view text_;
    Places places_;
    Budget budget_;
    Value root_;
    std::vector<Value*> open_;
    std::optional<std::string> key_;
    Place key_place_;
};

std::string_view explain_json(const std::error_code& error) {
    switch (static_cast<jsoncons::json_errc>(error.value())) {
    case jsoncons::json_errc::unexpected_eof:
        return "the document ends too early: something is not closed, or it is empty";
    case jsoncons::json_errc::illegal_comment:
        return "JSON has no comments; a .jsonc file, or format = \"jsonc\", may have them";
    case jsoncons::json_errc::extra_comma:
        return "a comma too many; a .jsonc file, or format = \"jsonc\", may have one at the end";
    case jsoncons::json_errc::extra_character:
        return "nothing may follow the end of the document";
    case jsoncons::json_errc::expected_comma_or_rbrace:
        return "a comma or } is missing before this";
    case jsoncons::json_errc::expected_comma_or_rbracket:
        return "a comma or ] is missing before this";
    case jsoncons::json_errc::expected_key:
        return "a key belongs here, in double quotes";
    case jsoncons::json_errc::expected_colon:
        return "a colon is missing before this";
    case jsoncons::json_errc::illegal_control_character:
    case jsoncons::json_errc::illegal_character_in_string:
        return "a control character; in strings they are written \\n, \\t, \\u001b";
    case jsoncons::json_errc::illegal_escaped_character:
        return "no such escape; a backslash itself is \\\\";
    case jsoncons::json_errc::expected_codepoint_surrogate_pair:
        return "half of a surrogate pair; the other half is missing";
    case jsoncons::json_errc::invalid_value:
    case jsoncons::json_errc::expected_value:
    case jsoncons::json_errc::syntax_error:
        return "a value belongs here; strings are in double quotes";
    case jsoncons::json_errc::leading_zero:
        return "a number may not begin with 0";
    case jsoncons::json_errc::invalid_number:
        return "this is no number";
    case jsoncons::json_errc::max_nesting_depth_exceeded:
        return "nested too deep";
    case jsoncons::json_errc::unexpected_rbrace:
    case jsoncons::json_errc::unexpected_rbracket:
        return "nothing is open that this would close";
    default:
        return "a syntax error";
    }
}

// jsoncons knows comments within the document only.
std::string_view skip_comments(std::string_view text) {
    for (;;) {
        text.remove_prefix(std::min(text.find_first_not_of(" \t\r\n"), text.size()));
        std::size_t end = 0;
        if (text.starts_with("//"))
            end = text.find('\n');
        else if (text.starts_with("/*"))
            end = text.find("*/", 2);
        else
            return text;
        if (end == std::string_view::npos)
            return text.starts_with("//") ? std::string_view() : text;
        text.remove_prefix(text.starts_with("//") ? end : end + 2);
    }
}

Value parse_any(std::string_view text, const DocumentLimits& limits, bool lenient) {
    auto options = jsoncons::json_options{}
                       .lossless_number(true)
                       .allow_comments(lenient)
                       .allow_trailing_comma(lenient)
                       .max_nesting_depth(static_cast<int>(limits.depth) + 1); // the builder tells
    const auto ignore = [lenient](jsoncons::json_errc code, const ser_context&) {
        return lenient && code == jsoncons::json_errc::illegal_comment;
    };
    jsoncons::json_parser parser(options, ignore);
    JsonBuilder builder(text, limits);
    std::error_code error;
    parser.update(text);
    while (!parser.stopped() && !error)
        parser.parse_some(builder, error);
    const auto rest_at = static_cast<std::size_t>(parser.current() - text.data());
    if (error)
        fail_at(place_of(text, rest_at), std::string(explain_json(error)));
    auto rest = text.substr(rest_at);
    if (lenient)
        rest = skip_comments(rest);
    rest.remove_prefix(std::min(rest.find_first_not_of(" \t\r\n"), rest.size()));
    if (!rest.empty())
        fail_at(place_of(text, text.size() - rest.size()),
                std::string(explain_json(rest.starts_with('/')
                                             ? jsoncons::json_errc::illegal_comment
                                             : jsoncons::json_errc::extra_character)));
    return builder.take();
}

} // namespace

Value parse_json(std::string_view text, const DocumentLimits& limits) {
    return parse_any(text, limits, false);
}

Value parse_jsonc(std::string_view text, const DocumentLimits& limits) {
    return parse_any(text, limits, true);
}

} // namespace hotreload::document
