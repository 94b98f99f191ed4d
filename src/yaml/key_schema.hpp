#pragma once

#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string_view>

#include "yaml/keys.hpp"

/// JSON Schema (draft-07) for editors, from the tables of keys that the loaders use.
namespace baseline::yaml {

/// A text that is not blank.
inline constexpr std::string_view kNotBlank = "\\S";

/// The schema that stands under `definitions`.
nlohmann::ordered_json reference(std::string_view definition);
nlohmann::ordered_json text_like(std::string_view pattern);
/// A non-empty list.
nlohmann::ordered_json list_of(nlohmann::ordered_json items);
nlohmann::ordered_json choice_of(std::span<const std::string_view> words);

/// A key with its meaning. The types of suites refer to definitions that the caller makes.
nlohmann::ordered_json property(const Key& key);
/// A map of these keys and no other.
nlohmann::ordered_json object_of(std::string_view description, std::span<const Key> keys);

void add_properties(nlohmann::ordered_json& properties, std::span<const Key> keys);
void add_required(nlohmann::ordered_json& required, std::span<const Key> keys);

/// `duration`, `word` and `value`, which the types above refer to.
void add_common_definitions(nlohmann::ordered_json& definitions);

}  // namespace baseline::yaml
