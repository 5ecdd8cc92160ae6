// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Secrets are what of a document, an environment or a text is never shown, not even to those who
// may inspect: this is the one place that knows, for every surface. A value is masked when its key,
// or a key above it, sounds like a secret (hotreload.toml(5) has the list) or matches the project's
// `secrets`; and of any text the password within a URL or a connection string.

#include "core/key_pattern.hpp"
#include "core/patch.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace hotreload {

// A key sounds secret by its letters and digits alone: "db-Password2", "API_KEY", "clientSecret",
// "DSN". "author", "compass", "keyboard" do not.
bool sounds_secret(std::string_view key);

// `text` with "***" for what of it is a secret whatever it is the value of: a password within a URL
// (scheme://user:PASSWORD@host), and the values of a connection string's parts that sound secret
// (Server=db;Password=…;).
std::string masked_text(std::string_view text);

// A line of a file: as masked_text(), and with "***" for the value of each `key = value`, `key:
// value`, `<key>value<` whose key sounds secret, and of a line of two words, `requirepass value`.
std::string masked_line(std::string_view line);

// The text of a program with its secrets masked, in one line or several. A program that speaks of
// tokens and passwords does not make a value of the next word.
std::string masked_output(std::string_view text);

class Secrets {
public:
    explicit Secrets(std::vector<KeyPattern> patterns = {}) : patterns_(std::move(patterns)) {}

    // The value at `path` is secret, as a whole.
    [[nodiscard]] bool covers(const KeyPath& path) const;

    // `value`, which stands at `path`, with "***" for every secret in it.
    [[nodiscard]] Value masked(const Value& value, const KeyPath& path = {}) const;
    [[nodiscard]] Patch masked(Patch patch) const;

    // `text`, which may quote the document, with "***" for every secret of it that is a text.
    [[nodiscard]] std::string redacted(std::string text, const Value& document) const;

private:
    std::vector<KeyPattern> patterns_;
};

} // namespace hotreload
