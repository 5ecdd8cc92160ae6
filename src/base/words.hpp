// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// The words of an enum: what people, files and the bus call its enumerators. Each enum that has
// words has one table of them, beside it:
//
//   template <>
//   inline constexpr auto kWordsOf<Colour> = words<Colour>({{Colour::Red, "red"}, …});
//
// Such a table gives the enum to_string() and parse_word(). A table that lacks an enumerator, has
// them in another order, or has a word twice does not compile.

#include <array>
#include <concepts>
#include <cstddef>
#include <optional>
#include <string_view>
#include <type_traits>

namespace hotreload {

template <class Enum>
inline constexpr auto kWordsOf = nullptr; // it has none

template <class Enum>
concept HasWords = std::is_enum_v<Enum> &&
                   !std::same_as<std::remove_cv_t<decltype(kWordsOf<Enum>)>, std::nullptr_t>;

template <class Enum>
struct Word {
    Enum value;
    std::string_view word;
};

// A value that no enumerator has is printed as a cast: "(Colour)2".
template <auto kValue>
consteval bool is_enumerator() {
    return !std::string_view(__PRETTY_FUNCTION__).contains("= (");
}

template <class Enum, std::size_t N>
consteval std::array<std::string_view, N> words(const Word<Enum> (&table)[N]) {
    static_assert(!is_enumerator<static_cast<Enum>(N)>(), "an enumerator has no word");
    std::array<std::string_view, N> words;
    for (std::size_t i = 0; i < N; ++i) {
        if (static_cast<std::size_t>(table[i].value) != i)
            throw "words are not in the order of the enumerators"; // at compile time
        for (std::size_t before = 0; before < i; ++before)
            if (words[before] == table[i].word)
                throw "two enumerators have the same word";
        words[i] = table[i].word;
    }
    return words;
}

template <HasWords Enum>
constexpr std::string_view to_string(Enum value) {
    return kWordsOf<Enum>.at(static_cast<std::size_t>(value));
}

// nullopt is "", as on the bus, which has no other word for nothing.
template <HasWords Enum>
constexpr std::string_view to_string(std::optional<Enum> value) {
    return value ? to_string(*value) : "";
}

// The enumerator of a word; nullopt: there is none.
template <HasWords Enum>
constexpr std::optional<Enum> parse_word(std::string_view word) {
    for (std::size_t i = 0; i < kWordsOf<Enum>.size(); ++i)
        if (kWordsOf<Enum>[i] == word)
            return static_cast<Enum>(i);
    return std::nullopt;
}

} // namespace hotreload
