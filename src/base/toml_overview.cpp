// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/toml_overview.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace hotreload {

namespace {

class TomlOverview {
public:
    TomlOverview(std::string_view text, const TomlLimits& limits)
        : text_(text), limits_(limits), levels_{Level{}} {}

    std::optional<TomlExcess> excess() {
        while (at_ < text_.size() && !excess_)
            step(text_[at_]);
        return excess_;
    }

private:
    struct Level {
        char bracket = 0;      // '[', '{', or 0: the lines
        std::size_t parts = 1; // of the key that is being read, or whose value is; 1 in an array
        bool in_value = false;
    };

    void step(char c) {
        Level& level = levels_.back();
        switch (c) {
        case '#':
            at_ = std::min(text_.find('\n', at_), text_.size());
            return;
        case '"':
        case '\'':
            skip_string(c);
            return;
        case '\n':
            if (levels_.size() == 1) {
                level = {};
                in_header_ = false;
            }
            break;
        case '[':
        case '{':
            open(c);
            break;
        case ']':
        case '}':
            close();
            break;
        case '=':
            if (!level.in_value)
                count();
            level.in_value = true;
            break;
        case ',':
            if (level.bracket == '[')
                count();
            else
                level = {.bracket = level.bracket};
            break;
        case '.':
            if (!level.in_value) {
                ++level.parts;
                check_depth();
            }
            break;
        default:
            break;
        }
        ++at_;
    }

    void open(char c) {
        count();
        if (levels_.size() == 1 && !levels_.back().in_value) {
            in_header_ = true;
            header_parts_ = 0;
            return;
        }
        outer_parts_ += levels_.back().parts;
        levels_.push_back({.bracket = c, .in_value = c == '['});
        check_depth();
    }

    void close() {
        if (levels_.size() > 1) {
            levels_.pop_back();
            outer_parts_ -= levels_.back().parts;
        } else if (in_header_) {
            header_parts_ = levels_.back().parts;
        }
    }

    void count() {
        if (++values_ > limits_.values)
            stop({TomlExcess::Of::Values, values_, at_});
    }

    void check_depth() {
        const auto depth = header_parts_ + outer_parts_ + levels_.back().parts;
        if (depth > limits_.depth)
            stop({TomlExcess::Of::Depth, depth, at_});
    }

    void stop(TomlExcess excess) {
        if (!excess_) // one step may count twice
            excess_ = excess;
    }

    void skip_string(char quote) {
        const std::string three(3, quote);
        const bool multi = text_.substr(at_).starts_with(three);
        at_ += multi ? 3 : 1;
        while (at_ < text_.size()) {
            if (quote == '"' && text_[at_] == '\\') {
                at_ += 2;
            } else if (!multi && text_[at_] == '\n') {
                return;
            } else if (multi ? text_.substr(at_).starts_with(three) : text_[at_] == quote) {
                at_ += multi ? 3 : 1;
                while (multi && at_ < text_.size() && text_[at_] == quote)
                    ++at_; // """a""""" ends with two quotes of its own
                return;
            } else {
                ++at_;
            }
        }
        at_ = text_.size();
    }

    std::string_view text_;
    const TomlLimits& limits_;
    std::vector<Level> levels_;
    std::size_t at_ = 0;
    std::size_t header_parts_ = 0;
    std::size_t outer_parts_ = 0;
    std::size_t values_ = 1;
    bool in_header_ = false;
    std::optional<TomlExcess> excess_;
};

} // namespace

std::optional<TomlExcess> find_toml_excess(std::string_view text, const TomlLimits& limits) {
    return TomlOverview(text, limits).excess();
}

} // namespace hotreload
