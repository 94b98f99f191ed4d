#include "checks/json_schema.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "checks/kinds.hpp"
#include "checks/matcher.hpp"
#include "checks/reference_forms.hpp"
#include "yaml/key_schema.hpp"

namespace baseline {
namespace {

using Json = nlohmann::ordered_json;
using yaml::add_properties;
using yaml::add_required;
using yaml::choice_of;
using yaml::kNotBlank;
using yaml::list_of;
using yaml::object_of;
using yaml::property;
using yaml::reference;
using yaml::text_like;

Json requires_key(std::string_view key) { return {{"required", {key}}}; }

Json of_kind(const CheckKind& kind) {
  Json json = object_of(kind.value.meaning, common_keys());
  json["required"].push_back(kind.name());
  add_required(json["required"], kind.keys);
  json["properties"][std::string(kind.name())] = property(kind.value);
  add_properties(json["properties"], kind.keys);
  for (const std::string_view key : kind.asserts) json["anyOf"].push_back(requires_key(key));
  return json;
}

std::string definition_name(const CheckKind& kind) { return fmt::format("{}-check", kind.name()); }

// The kind's key decides which keys are looked for: an editor then complains about the one key that
// is wrong, once, and not about every kind that the check is not.
Json check_schema() {
  Json json = {{"description", "one check"}, {"type", "object"}, {"required", {"name"}}};
  Json one_kind = Json::array();
  Json by_kind = Json::array();
  Json names = Json::array();
  const auto add_name = [&](std::string_view name) {
    if (std::ranges::find(names, Json(name)) == names.end()) names.push_back(name);
  };
  const auto explain = [&](const Key& key) {
    json["properties"][std::string(key.name)] = {{"description", key.meaning}};
    add_name(key.name);
  };
  for (const Key& key : common_keys()) explain(key);
  for (const CheckKind& kind : check_kinds()) {
    explain(kind.value);
    one_kind.push_back(requires_key(kind.name()));
    by_kind.push_back(
        {{"if", requires_key(kind.name())}, {"then", reference(definition_name(kind))}});
    for (const Key& key : kind.keys) add_name(key.name);
  }
  json["propertyNames"] = {{"enum", names}};
  json["oneOf"] = one_kind;
  json["allOf"] = by_kind;
  return json;
}

Json of_by() {
  Json forms = {{"type", "object"}, {"minProperties", 1}, {"maxProperties", 1}};
  for (const ReferenceForm& form : kReferenceForms) {
    Json& json = forms["properties"][std::string(form.key)];
    json = text_like(form.pattern.empty() ? kNotBlank : form.pattern);
    json["description"] = fmt::format("{}, written as {}", form.words, form.form);
  }
  forms["additionalProperties"] = false;
  return {{"anyOf", {text_like(kNotBlank), forms}}};
}

Json of_operand(Matcher::Op op) {
  switch (op) {
    case Matcher::Op::lt:
    case Matcher::Op::le:
    case Matcher::Op::gt:
    case Matcher::Op::ge:
      return {{"type", {"number", "string", "boolean"}}};
    case Matcher::Op::in:
      return list_of(reference("value"));
    case Matcher::Op::matches:
    case Matcher::Op::contains:
      return text_like(kNotBlank);
    case Matcher::Op::type:
      return choice_of(kStorageClasses);
    case Matcher::Op::negation:
      return reference("matcher");
    case Matcher::Op::equal:
    case Matcher::Op::all:
      break;  // no operators: a scalar, and the map itself
  }
  return {};
}

Json of_matcher() {
  Json operators = {{"type", "object"}, {"minProperties", 1}};
  for (const Matcher::Operator& row : Matcher::operators()) {
    Json& json = operators["properties"][std::string(row.name)];
    json = {{"description", row.meaning}};
    json.update(of_operand(row.op));
  }
  operators["additionalProperties"] = false;
  return {{"anyOf", {reference("value"), operators}}};
}

// A matcher of one kind of value, `definition` being its own; `parts_of_text`: it may look
// for parts of a text, too.
Json of_matcher_of(const Json& operand, const char* definition, bool parts_of_text) {
  Json operators = {{"type", "object"}, {"minProperties", 1}};
  for (const Matcher::Operator& row : Matcher::operators()) {
    Json accepted;
    switch (row.op) {
      case Matcher::Op::lt:
      case Matcher::Op::le:
      case Matcher::Op::gt:
      case Matcher::Op::ge:
        accepted = operand;
        break;
      case Matcher::Op::in:
        accepted = list_of(operand);
        break;
      case Matcher::Op::negation:
        accepted = reference(definition);
        break;
      case Matcher::Op::matches:
      case Matcher::Op::contains:
        if (parts_of_text) accepted = of_operand(row.op);
        break;
      case Matcher::Op::type:
      case Matcher::Op::equal:
      case Matcher::Op::all:
        break;
    }
    if (accepted.is_null()) continue;
    Json& json = operators["properties"][std::string(row.name)];
    json = {{"description", row.meaning}};
    json.update(accepted);
  }
  operators["additionalProperties"] = false;
  return {{"anyOf", {operand, operators}}};
}

// "'foreign_keys: on' or 'off' is needed" unless every check that needs it says it by itself.
Json foreign_keys_rule() {
  Json needing = Json::array();
  for (const CheckKind& kind : check_kinds()) {
    if (kind.needs_foreign_keys) needing.push_back(requires_key(kind.name()));
  }
  const Json undecided = {{"anyOf", needing}, {"not", requires_key("foreign_keys")}};
  return {
      {"if", {{"required", {"checks"}}, {"properties", {{"checks", {{"contains", undecided}}}}}}},
      {"then", requires_key("foreign_keys")}};
}

}  // namespace

std::string suite_json_schema() {
  Json json = {{"$schema", "http://json-schema.org/draft-07/schema#"},
               {"title", "A suite of checks for baseline, version 1"}};
  json.update(object_of("what must be true of a database", file_keys()));
  json.update(foreign_keys_rule());
  Json& definitions = json["definitions"];
  definitions["check"] = check_schema();
  for (const CheckKind& kind : check_kinds()) definitions[definition_name(kind)] = of_kind(kind);
  definitions["by"] = of_by();
  definitions["matcher"] = of_matcher();
  definitions["count"] = of_matcher_of({{"type", "integer"}, {"minimum", 0}}, "count", false);
  definitions["text"] = of_matcher_of({{"type", "string"}}, "text", true);
  yaml::add_common_definitions(definitions);
  return json.dump(2) + "\n";
}

}  // namespace baseline
