// SPDX-License-Identifier: LGPL-2.1-or-later
#include "document/yaml_events.hpp"

#include "base/utf8.hpp"

#include <libfyaml.h>

#include <algorithm>
#include <format>
#include <new>

namespace hotreload::document {

namespace {

template <auto Destroy>
struct Destroyer {
    template <class T>
    void operator()(T* object) const {
        Destroy(object);
    }
};

std::string text_of(fy_token* token) {
    if (!token)
        return {};
    std::size_t size = 0;
    const char* text = fy_token_get_text(token, &size);
    return text ? std::string(text, size) : std::string();
}

// Outside of what YAML calls printable, which its readers refuse.
bool is_forbidden(std::string_view text, std::size_t at) {
    const auto byte = static_cast<unsigned char>(text[at]);
    if (byte == 0x7f || (byte < 0x20 && byte != '\t' && byte != '\n' && byte != '\r'))
        return true;
    const auto next = text.substr(at, 3);
    return next == "\xEF\xBF\xBE" || next == "\xEF\xBF\xBF" ||
           (byte == 0xC2 && next[1] != '\x85' && static_cast<unsigned char>(next[1]) < 0xA0);
}

void check_characters(std::string_view text) {
    for (std::size_t at = 0; at < text.size(); ++at)
        if (is_forbidden(text, at))
            fail_at(place_of(text, at),
                    "a control character; in double quotes it is written \\x1b");
}

// The library's place of what is quoted, and of an alias, is behind the first character.
bool begins_before(const fy_event& event, const fy_mark& mark) {
    if (mark.input_pos == 0)
        return false;
    if (event.type != FYET_SCALAR || !event.scalar.value)
        return event.type == FYET_ALIAS;
    const auto style = fy_token_scalar_style(event.scalar.value);
    return style == FYSS_SINGLE_QUOTED || style == FYSS_DOUBLE_QUOTED;
}

} // namespace

struct YamlEvents::Parser {
    explicit Parser(std::string_view text);

    std::optional<YamlEvent> next();
    [[noreturn]] void fail();

    YamlEvent scalar(const fy_event_scalar_data& data);
    YamlEvent document(const fy_event_document_start_data& data) const;

    std::string_view text;
    std::string lines; // with one kind of line end
    Places places;
    Place last;
    std::unique_ptr<fy_diag, Destroyer<fy_diag_destroy>> errors;
    std::unique_ptr<fy_parser, Destroyer<fy_parser_destroy>> parser;
};

YamlEvents::Parser::Parser(std::string_view source) : text(source), places(source) {
    check_characters(text);
    if (text.contains('\r')) {
        lines = text;
        std::ranges::replace(lines, '\r', '\n');
        text = lines;
        places = Places(text);
    }
    fy_diag_cfg how{};
    fy_diag_cfg_default(&how);
    how.fp = nullptr;
    errors.reset(fy_diag_create(&how));
    if (!errors)
        throw std::bad_alloc();
    fy_diag_set_collect_errors(errors.get(), true);
    const fy_parse_cfg config{
        .search_path = "",
        // Depth is bounded by our own limits, and indentation within brackets is nothing to most.
        .flags = static_cast<fy_parse_cfg_flags>(FYPCF_QUIET | FYPCF_COLLECT_DIAG |
                                                 FYPCF_DISABLE_DEPTH_LIMIT |
                                                 FYPCF_SLOPPY_FLOW_INDENTATION),
        .userdata = nullptr,
        .diag = errors.get()};
    parser.reset(fy_parser_create(&config));
    if (!parser || fy_parser_set_string(parser.get(), text.data(), text.size()) != 0)
        throw std::bad_alloc();
}

YamlEvent YamlEvents::Parser::scalar(const fy_event_scalar_data& data) {
    const bool plain = !data.value || fy_token_scalar_style(data.value) == FYSS_PLAIN;
    return {.kind = YamlEvent::Kind::Scalar,
            .place = {},
            .text = text_of(data.value),
            .tag = text_of(data.tag),
            .anchor = text_of(data.anchor),
            .plain = plain};
}

YamlEvent YamlEvents::Parser::document(const fy_event_document_start_data& data) const {
    YamlEvent event{.kind = YamlEvent::Kind::DocumentStart};
    if (fy_document_state_version_explicit(data.document_state))
        if (const auto* version = fy_document_state_version(data.document_state))
            event.text = std::format("%YAML {}.{}", version->major, version->minor);
    return event;
}

std::optional<YamlEvent> YamlEvents::Parser::next() {
    using Kind = YamlEvent::Kind;
    const auto release = [this](fy_event* event) { fy_parser_event_free(parser.get(), event); };
    for (;;) {
        const std::unique_ptr<fy_event, decltype(release)> event(fy_parser_parse(parser.get()),
                                                                 release);
        if (!event) {
            if (fy_parser_get_stream_error(parser.get()))
                fail();
            return std::nullopt;
        }
        if (const auto* mark = fy_event_start_mark(event.get()))
            last = places.at(mark->input_pos - (begins_before(*event, *mark) ? 1 : 0));
        YamlEvent result;
        switch (event->type) {
        case FYET_DOCUMENT_START:
            result = document(event->document_start);
            break;
        case FYET_SCALAR:
            result = scalar(event->scalar);
            break;
        case FYET_ALIAS:
            result = {.kind = Kind::Alias, .anchor = text_of(event->alias.anchor)};
            break;
        case FYET_SEQUENCE_START:
            result = {.kind = Kind::SequenceStart,
                      .tag = text_of(event->sequence_start.tag),
                      .anchor = text_of(event->sequence_start.anchor)};
            break;
        case FYET_MAPPING_START:
            result = {.kind = Kind::MappingStart,
                      .tag = text_of(event->mapping_start.tag),
                      .anchor = text_of(event->mapping_start.anchor)};
            break;
        case FYET_SEQUENCE_END:
        case FYET_MAPPING_END:
            break;
        default:
            continue;
        }
        result.place = last;
        return result;
    }
}

void YamlEvents::Parser::fail() {
    void* before = nullptr;
    const auto* error = fy_diag_errors_iterate(errors.get(), &before);
    if (!error)
        fail_at(last, "syntax error: this is no YAML");
    const std::string_view message = error->msg;
    Place place = last;
    if (const auto* mark = fy_token_start_mark(error->fyt)) {
        // A quoted scalar is said to begin behind its quote.
        const bool behind = message.ends_with("without closing quote") && mark->input_pos > 0;
        place = places.at(mark->input_pos - (behind ? 1 : 0));
    }
    fail_at(place, std::format("syntax error: {}", to_utf8(message)));
}

YamlEvents::YamlEvents(std::string_view text) : parser_(std::make_unique<Parser>(text)) {}
YamlEvents::~YamlEvents() = default;

std::optional<YamlEvent> YamlEvents::next() {
    return parser_->next();
}

} // namespace hotreload::document
