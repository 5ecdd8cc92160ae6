// SPDX-License-Identifier: LGPL-2.1-or-later
#include "state/bytes.hpp"
#include "state/content_name.hpp"
#include "state/fields.hpp"
#include "state/record_json.hpp"
#include "state/seal.hpp"

#include <jsoncons/json_encoder.hpp>

#include <concepts>
#include <cstddef>
#include <utility>
#include <variant>

namespace hotreload::state {

namespace {

using Encoder = jsoncons::compact_json_string_encoder;

// Streams straight into the text: this runs between a change and its action.
class Writer {
public:
    explicit Writer(Encoder& out) : out_(out) {}

    template <class T>
    void operator()(std::string_view name, const T& field) {
        if (is_empty(field))
            return;
        out_.key(name);
        value(field);
    }

    void value(const std::string& text) {
        if (needs_no_escape(text))
            out_.string_value(text);
        else
            out_.string_value(bytes_to_json(text));
    }
    void value(bool flag) { out_.bool_value(flag); }
    void value(unsigned number) { out_.uint64_value(number); }
    void value(std::uint64_t number) { out_.uint64_value(number); }
    void value(int number) { out_.int64_value(number); }
    void value(Duration duration) { out_.int64_value(duration.count()); }
    template <HasWords Enum>
    void value(Enum word) {
        out_.string_value(to_string(word));
    }
    void value(const ContentId& id) { out_.string_value(content_name(id)); }
    void value(const ReloadId& id) { out_.string_value(to_string(id)); }

    void value(const Value& tree) {
        std::visit(
            [this]<class T>(const T& data) {
                if constexpr (std::same_as<T, std::nullptr_t> || std::same_as<T, Opaque>)
                    out_.null_value(); // which no key of a project file is
                else if constexpr (std::same_as<T, double>)
                    out_.double_value(data);
                else if constexpr (std::same_as<T, std::int64_t>)
                    out_.int64_value(data);
                else
                    value(data);
            },
            tree.data);
    }

    template <class T>
    void value(const std::optional<T>& held) {
        if (held)
            value(*held);
        else
            out_.null_value();
    }

    template <class T>
    void value(const std::vector<T>& list) {
        out_.begin_array(list.size());
        for (const auto& item : list)
            value(item);
        out_.end_array();
    }

    template <class T, class Order>
    void value(const std::map<std::string, T, Order>& map) {
        out_.begin_object(map.size());
        for (const auto& [key, item] : map) {
            out_.key(bytes_to_json(key));
            value(item);
        }
        out_.end_object();
    }

    template <class T>
        requires requires(Writer& w, const T& t) { fields(w, t); }
    void value(const T& record) {
        out_.begin_object();
        fields(*this, record);
        out_.end_object();
    }

private:
    // A field is left out only where empty is what a reader starts from.
    template <class T>
    static bool is_empty(const T& field) {
        if constexpr (requires { field.has_value(); })
            return !field.has_value();
        else if constexpr (requires { field.empty(); })
            return field.empty();
        else
            return false;
    }

    static bool needs_no_escape(const std::string& text) {
        for (const char c : text)
            if (c <= 0) // beyond ASCII, or U+0000
                return false;
        return true;
    }

    Encoder& out_;
};

// `visit` is called with the writer of the object.
template <class Visit>
std::string write_object(Visit&& visit) {
    std::string text;
    Encoder out(text);
    Writer writer(out);
    out.begin_object();
    writer("version", kVersion);
    visit(writer);
    out.end_object();
    out.flush();
    return seal(std::move(text));
}

} // namespace

std::string write_record(const ProjectRecord& record) {
    const ProjectRecord own{.name = record.name,
                            .path = record.path,
                            .manager_id = record.manager_id,
                            .services = {},
                            .configs = record.configs,
                            .paused = record.paused,
                            .pauses = record.pauses,
                            .candidates = record.candidates};
    return write_object([&](Writer& writer) { fields(writer, own); });
}

std::string write_record(const MemberRecord& record) {
    return write_object([&](Writer& writer) { fields(writer, record); });
}

std::string write_record(const History& generations) {
    return write_object([&](Writer& writer) { writer("generations", generations); });
}

std::string write_record(const std::vector<Death>& deaths) {
    return write_object([&](Writer& writer) { writer("deaths", deaths); });
}

std::string write_record(const HistoryEvents& events) {
    return write_object([&](Writer& writer) { writer("events", events); });
}

} // namespace hotreload::state
