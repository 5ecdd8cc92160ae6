// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// The tree of a file that is sections of entries. ini.cpp and unit.cpp fill it. Names are members
// of objects, so that patterns and schemas can name them; that their order counts is told by
// Form::Ordered. A section or an entry that comes again makes an array of what was there and
// itself.

#include "document/formats.hpp"

namespace hotreload::document {

// A line without the blanks in front, or what follows on one.
inline bool is_comment(std::string_view text) {
    return text.starts_with('#') || text.starts_with(';');
}

class Sections {
public:
    explicit Sections(const DocumentLimits& limits) : budget_(limits) {}

    // Throw Failure beyond the limits. Names and texts may be no UTF-8.
    void begin(std::string name, Place place);    // a section, new even if it was there before
    void go_on_in(std::string name, Place place); // the section that was there before, if it was
    void add(std::string name, Value value, Place place);
    void add_to_list(std::string name, Value value, Place place); // an array, even of one

    Value take() { return std::move(root_); }

private:
    Value& added(Value::Object& object, std::string name, Value value, Place place);

    Budget budget_;
    Value root_{.data = Value::Object(), .line = 1, .column = 1, .form = Form::Ordered};
    Value::Object* section_ = &std::get<Value::Object>(root_.data);
};

} // namespace hotreload::document
