#include "yaml/key_schema.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <utility>

#include "base/text.hpp"

namespace baseline::yaml {

using Json = nlohmann::ordered_json;

namespace {

constexpr std::string_view kVariable = "^[A-Za-z_][A-Za-z0-9_]*$";

// What a key of this type may hold. Beside a `$ref` draft-07 ignores all other keywords, so a
// property may have a description there, which editors show all the same, and nothing else.
Json of_type(const Key& key) {
  switch (key.type) {
    case KeyType::version:
      return {{"type", "integer"}, {"enum", {1}}};
    case KeyType::text:
    case KeyType::sql:
    case KeyType::path:
      return text_like(kNotBlank);
    case KeyType::texts:
      return list_of(reference("word"));
    case KeyType::variables:
      return list_of(text_like(kVariable));
    case KeyType::argv:
      return list_of(reference("value"));  // `true` is a program
    case KeyType::choice:
      return choice_of(key.choices);
    case KeyType::duration:
      return reference("duration");
    case KeyType::number:
      return {{"type", "integer"}, {"minimum", 1}};
    case KeyType::truth:
      return {{"type", "boolean"}, {"enum", {true}}};
    case KeyType::regexes:
      return list_of(text_like(kNotBlank));
    case KeyType::matcher:
      return reference("matcher");
    case KeyType::count:
      return reference("count");
    case KeyType::output:
      return reference("text");
    case KeyType::rows:
      return list_of(list_of(reference("value")));
    case KeyType::column:
      return text_like("^.+([.].+|[(].+[)])$");
    case KeyType::by:
      return reference("by");
    case KeyType::hook:
      return {{"anyOf", {list_of(reference("value")), object_of(key.meaning, key.keys())}}};
    case KeyType::section:
      return object_of(key.meaning, key.keys());
    case KeyType::paths:
    case KeyType::names:
    case KeyType::fixtures: {
      Json several = list_of(text_like(kNotBlank));
      several["uniqueItems"] = true;
      return {{"anyOf", {text_like(kNotBlank), several}}};
    }
    case KeyType::cases: {
      Json cases = list_of(
          {{"type", "object"}, {"minProperties", 1}, {"additionalProperties", reference("value")}});
      cases["uniqueItems"] = true;
      return cases;
    }
    case KeyType::values:
      return {{"type", "object"},
              {"propertyNames", {{"pattern", kVariable}}},
              {"additionalProperties", reference("value")}};
    case KeyType::named_sql:
      return {{"type", "object"}, {"additionalProperties", text_like(kNotBlank)}};
    case KeyType::checks:
      return list_of(reference("check"));
  }
  return {};
}

}  // namespace

Json reference(std::string_view definition) {
  return {{"$ref", fmt::format("#/definitions/{}", definition)}};
}

Json text_like(std::string_view pattern) { return {{"type", "string"}, {"pattern", pattern}}; }

Json list_of(Json items) {
  return {{"type", "array"}, {"minItems", 1}, {"items", std::move(items)}};
}

Json choice_of(std::span<const std::string_view> words) {
  Json json = {{"type", "string"}, {"enum", Json::array()}};
  for (const std::string_view word : words) json["enum"].push_back(word);
  return json;
}

Json property(const Key& key) {
  Json json = {{"description", key.meaning}};
  json.update(of_type(key));
  return json;
}

void add_properties(Json& properties, std::span<const Key> keys) {
  for (const Key& key : keys) properties[std::string(key.name)] = property(key);
}

void add_required(Json& required, std::span<const Key> keys) {
  for (const Key& key : keys) {
    if (key.required) required.push_back(key.name);
  }
}

Json object_of(std::string_view description, std::span<const Key> keys) {
  Json json = {{"description", description}, {"type", "object"}, {"required", Json::array()}};
  add_required(json["required"], keys);
  add_properties(json["properties"], keys);
  json["additionalProperties"] = false;
  return json;
}

void add_common_definitions(Json& definitions) {
  definitions["duration"] = text_like(kDurationPattern);
  definitions["word"] = {{"type", {"string", "number"}}};
  definitions["value"] = {{"type", {"string", "number", "boolean", "null"}}};
}

}  // namespace baseline::yaml
