// SPDX-License-Identifier: LGPL-2.1-or-later
//
// What it takes to find out what a change of a document means: parsing both versions and comparing
// them, beside the libraries' own parsing of the same two texts, which nobody can do without.
// Medians of alternating rounds.
#include "core/patch.hpp"
#include "document/parse.hpp"

#include <libfyaml.h>
#include <toml++/toml.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <format>
#include <functional>
#include <string>
#include <vector>

using namespace hotreload;

namespace {

constexpr int kRounds = 7;

std::string yaml_text(std::size_t bytes) {
    std::string text;
    for (int i = 0; text.size() < bytes; ++i)
        text += std::format("service{}:\n  image: \"registry/app:{}\"\n  ports: [80, {}]\n"
                            "  env:\n    LEVEL: info\n    NUMBER: '{}'\n",
                            i, i % 17, 1000 + i, i);
    return text;
}

std::string toml_text(int keys) {
    std::string text;
    for (int i = 0; i < keys; ++i) {
        if (i % 10 == 0)
            text += std::format("[table{}]\n", i / 10);
        text += std::format("key{} = {}\n", i,
                            i % 3 == 0 ? std::format("\"value {}\"", i) : std::to_string(i));
    }
    return text;
}

double seconds(const std::function<void()>& work) {
    const auto begin = std::chrono::steady_clock::now();
    work();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

double median(std::vector<double> samples) {
    std::ranges::sort(samples);
    return samples[samples.size() / 2];
}

Value parsed(Format format, const std::string& text) {
    auto value = parse_document(format, text);
    if (!value) {
        std::fprintf(stderr, "%u:%u: %s\n", value.error().line, value.error().column,
                     value.error().message.c_str());
        std::exit(1);
    }
    return *std::move(value);
}

void measure(const char* name, Format format, const std::string& before, const std::string& after,
             const std::function<void(const std::string&)>& library) {
    std::vector<double> raw, parse, compare;
    for (int round = 0; round < kRounds; ++round) {
        raw.push_back(seconds([&] {
            library(before);
            library(after);
        }));
        Value old, now;
        parse.push_back(seconds([&] {
            old = parsed(format, before);
            now = parsed(format, after);
        }));
        compare.push_back(seconds([&] {
            if (diff(old, now).size() != 1)
                std::exit(1);
        }));
    }
    const double ours = median(parse) + median(compare);
    std::printf("%-24s %9.1f %9.1f %9.2f %12.2f\n", name, median(raw) * 1e3, median(parse) * 1e3,
                median(compare) * 1e3, ours / median(raw));
}

} // namespace

int main() {
    std::printf("%-24s %9s %9s %9s %12s\n", "ms, two versions", "library", "parse", "compare",
                "× library");
    const auto yaml = yaml_text(std::size_t{1} << 20);
    auto changed = yaml;
    changed.replace(changed.rfind("info"), 4, "warn");
    measure("YAML, 1 MB", Format::Yaml, yaml, changed, [](const std::string& text) {
        fy_document_destroy(fy_document_build_from_string(nullptr, text.data(), text.size()));
    });
    const auto toml = toml_text(10'000);
    changed = toml;
    changed.replace(changed.rfind("value"), 5, "other");
    measure("TOML, 10 000 keys", Format::Toml, toml, changed,
            [](const std::string& text) { (void)toml::parse(text); });
    return 0;
}
