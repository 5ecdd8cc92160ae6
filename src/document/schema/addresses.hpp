// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Addresses (URIs, RFC 3986) as schemas name one another by them. Nothing is refused: what stands
// in "$id" and "$ref" is often no URI by the letter. Only document/schema/ asks.

#include <string>
#include <string_view>

namespace hotreload::document {

// `reference` as it is meant where `base` is the address.
std::string resolved(std::string_view base, std::string_view reference);

// The address before "#", and what is behind it, with its %XX decoded.
std::string_view without_fragment(std::string_view address);
std::string fragment_of(std::string_view address);

// A token of a JSON pointer: "~1" is "/", "~0" is "~".
std::string unescaped(std::string_view token);

} // namespace hotreload::document
