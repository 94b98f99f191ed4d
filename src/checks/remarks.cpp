#include "checks/remarks.hpp"

#include <fmt/format.h>
#include <re2/re2.h>

#include <string>

#include "base/text.hpp"

namespace baseline {
namespace {

void remark_on_skip(const CheckDraft& draft) {
  if (!draft.head.skip) return;
  draft.scope.remark(draft.node.find("skip")->place,
                     fmt::format("'{}' is skipped: {}", draft.head.name, *draft.head.skip));
}

// Nobody writes to the candidate, so what fails there fails again (docs/checks.md, "Waiting").
void remark_on_wait(const CheckDraft& draft) {
  const yaml::Node* const wait = draft.node.find("wait");
  if (wait == nullptr || draft.head.when != When::before) return;
  draft.scope.remark(wait->place, "'wait' is in vain before the swap: nothing changes meanwhile");
}

// Only forms of which it is sure: one SELECT without words that could make other numbers of rows.
void remark_on_vacuous_query(const CheckDraft& draft, const CheckKind& kind) {
  if (kind.name() != "query") return;
  static const re2::RE2 aggregate(R"((?is)\s*select\s+(count|sum|total|avg|min|max)\s*\()"
                                  R"([^(),]*\)\s*from\b.*)");
  static const re2::RE2 many_rows(
      R"((?is)\b(group|having|union|except|intersect|over|limit|offset)\b)");
  static const re2::RE2 constant(R"((?is)\s*select\s+[^(]*)");
  static const re2::RE2 from(R"((?is)\b(from|exists)\b)");
  const std::string& sql = draft.value.text;
  const bool only_counts =
      draft.node.find("value") == nullptr && draft.node.find("result") == nullptr;
  if (only_counts && re2::RE2::FullMatch(sql, aggregate) &&
      !re2::RE2::PartialMatch(sql, many_rows)) {
    draft.scope.remark(draft.value.place,
                       "an aggregate always gives one row, so 'rows' says nothing; use 'value'");
  } else if (re2::RE2::FullMatch(sql, constant) && !re2::RE2::PartialMatch(sql, from)) {
    draft.scope.remark(draft.value.place, "the query reads nothing of the database");
  }
}

}  // namespace

void remark_on_check(const CheckDraft& draft, const CheckKind& kind) {
  remark_on_skip(draft);
  remark_on_wait(draft);
  remark_on_vacuous_query(draft, kind);
}

void remark_on_names(const CheckNames& names, SuiteScope& scope) {
  std::map<std::string, std::string> seen;
  for (const auto& [name, place] : names) {
    const auto [other, is_new] = seen.emplace(to_lower(name), name);
    if (is_new) continue;
    const yaml::Place first = names.at(other->second);
    const bool later = first < place;
    scope.remark(later ? place : first,
                 fmt::format("name '{}' differs from '{}' ({}:{}) only in case",
                             later ? name : other->second, later ? other->second : name,
                             (later ? first : place).line, (later ? first : place).column));
  }
}

}  // namespace baseline
