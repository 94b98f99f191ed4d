#include "checks/kinds.hpp"

namespace baseline {
namespace {

constexpr std::string_view kSchemaKeys[] = {"ignore"};
constexpr std::string_view kQueryKeys[] = {"value", "rows",  "result",
                                           "given", "cases", "foreign_keys"};
constexpr std::string_view kAcceptsKeys[] = {"given", "cases", "foreign_keys"};
constexpr std::string_view kRejectsKeys[] = {"by", "given", "cases", "foreign_keys"};

constexpr CheckKind kKinds[] = {
    {"schema", "a", kSchemaKeys, When::both, false, make_schema},
    {"query", "a", kQueryKeys, When::both, false, make_query},
    {"accepts", "an", kAcceptsKeys, When::both, true, make_accepts},
    {"rejects", "a", kRejectsKeys, When::both, true, make_rejects},
};

}  // namespace

std::span<const CheckKind> check_kinds() { return kKinds; }

std::optional<SqlText> CheckDraft::compile(const yaml::Node& sql, std::string_view key) {
  auto compiled = scope.compile(sql, key, head.when == When::after);
  if (!compiled || !compiled->complete) sql_complete = false;
  if (!compiled) return std::nullopt;
  parameters.insert(parameters.end(), compiled->parameters.begin(), compiled->parameters.end());
  return std::move(compiled->sql);
}

}  // namespace baseline
