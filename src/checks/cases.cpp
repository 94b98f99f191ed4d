#include "checks/cases.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "base/text.hpp"
#include "checks/matcher.hpp"

namespace baseline {
namespace {

Case unlabelled(const CheckDraft& draft) { return {{}, draft.scope.vars()}; }

// Long texts that only differ in their length are told apart by it.
std::string case_literal(std::string literal) {
  constexpr std::size_t kLong = 60;
  if (literal.size() <= kLong) return literal;
  return fmt::format("{} ({} bytes)", shortened(literal, kLong), literal.size());
}

// Nothing, and a problem, when the map is not a case.
std::optional<Case> read_case(const CheckDraft& draft, const yaml::Node& node, std::size_t number) {
  const yaml::Reader& reader = draft.reader();
  if (!node.is_map() || node.entries.empty()) {
    const std::string_view got = node.is_map() ? "an empty map" : node.type_name();
    reader.error(node.place, fmt::format("case {} must be a map of values; got {}", number, got));
    return std::nullopt;
  }
  Case out = unlabelled(draft);
  for (const yaml::Entry& entry : node.entries) {
    if (!entry.value.is_scalar() || entry.value.empty) {
      reader.error(entry.value.place, fmt::format("'{}' must be a value; got {}", entry.key.text,
                                                  entry.value.type_name()));
      return std::nullopt;
    }
    Value value = value_of(entry.value);
    if (!out.label.empty()) out.label += ", ";
    out.label += entry.key.text;
    out.label += '=';
    out.label += case_literal(sql_literal(value));
    out.bindings.insert_or_assign(entry.key.text, std::move(value));
  }
  return out;
}

struct ByBindings {
  bool operator()(const Case* a, const Case* b) const { return a->bindings < b->bindings; }
};

// What SQL of the check names as parameters, each once.
std::vector<std::string> parameter_names(const CheckDraft& draft) {
  std::set<std::string> names;
  for (const UsedParameter& parameter : draft.parameters) names.insert(parameter.name);
  return {names.begin(), names.end()};
}

void report_unused(const CheckDraft& draft, const yaml::Node& cases,
                   const std::vector<std::string>& names) {
  for (std::size_t i = 0; i < cases.items.size(); ++i) {
    for (const yaml::Entry& entry : cases.items[i].entries) {
      const std::string& name = entry.key.text;
      if (std::ranges::binary_search(names, name)) continue;
      draft.reader().error(entry.key.place,
                           fmt::format("case {} gives '{}', which no SQL uses{}", i + 1, name,
                                       yaml::suggestion(name, names, ":")));
    }
  }
}

void report_missing(const CheckDraft& draft, const yaml::Node* cases,
                    const UsedParameter& parameter) {
  const yaml::Reader& reader = draft.reader();
  if (parameter.name.starts_with('?')) {
    reader.error(parameter.place, "'?' has no name; write :name and give it in 'cases' or 'vars'");
    return;
  }
  if (draft.scope.vars().contains(parameter.name)) return;
  if (cases == nullptr) {
    std::vector<std::string> known;
    for (const auto& [name, value] : draft.scope.vars()) known.push_back(name);
    reader.error(parameter.place, fmt::format("no case and no var gives ':{}'{}", parameter.name,
                                              yaml::suggestion(parameter.name, known, ":")));
    return;
  }
  for (std::size_t i = 0; i < cases->items.size(); ++i) {
    const yaml::Node& values = cases->items[i];
    if (!values.is_map() || values.find(parameter.name) != nullptr) continue;
    reader.error(values.place, fmt::format("case {} does not give ':{}', which the SQL uses", i + 1,
                                           parameter.name));
  }
}

}  // namespace

std::vector<Case> read_cases(const CheckDraft& draft, const yaml::Node* node) {
  const yaml::Reader& reader = draft.reader();
  if (node == nullptr) return {unlabelled(draft)};
  if (!node->is_list() || node->items.empty()) {
    const std::string_view got = node->is_list() ? "an empty list" : node->type_name();
    reader.error(node->place, fmt::format("'cases' must be a non-empty list of maps; got {}", got));
    return {};
  }
  std::vector<Case> out;
  out.reserve(node->items.size());
  std::map<const Case*, std::size_t, ByBindings> numbers;  // of those in `out`
  for (std::size_t i = 0; i < node->items.size(); ++i) {
    auto values = read_case(draft, node->items[i], i + 1);
    if (!values) continue;
    const auto [first, is_new] = numbers.emplace(&out.emplace_back(*std::move(values)), i + 1);
    if (!is_new) {
      reader.error(node->items[i].place,
                   fmt::format("case {} gives the same values as case {}", i + 1, first->second));
    }
  }
  return out;
}

void match_parameters(const CheckDraft& draft, const yaml::Node* cases) {
  const std::vector<std::string> names = parameter_names(draft);
  // While some SQL is not known, a value may be meant for it.
  if (cases != nullptr && draft.sql_complete) report_unused(draft, *cases, names);
  std::set<std::string> seen;
  for (const UsedParameter& parameter : draft.parameters) {
    if (seen.insert(parameter.name).second) report_missing(draft, cases, parameter);
  }
}

}  // namespace baseline
