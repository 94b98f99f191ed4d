#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "checks/keys.hpp"
#include "checks/suite_scope.hpp"

namespace baseline {

/// A check while it is being loaded.
struct CheckDraft {
  SuiteScope& scope;
  const yaml::Node& node;   ///< the map of the check
  const yaml::Node& value;  ///< what the kind's key holds
  CheckHead head;
  std::optional<bool> foreign_keys;       ///< of the check or else of the file
  std::vector<UsedParameter> parameters;  ///< of all SQL that was compiled for it
  bool sql_complete = true;               ///< false: `parameters` may lack some

  const yaml::Reader& reader() const { return scope.reader(); }

  /// Compiles the SQL under `key` and notes its parameters.
  std::optional<SqlText> compile(const yaml::Node& sql, std::string_view key);
};

/// Reads what a key holds, if it is there; false when it is there and wrong.
template <typename Part, typename Read>
bool read_part(const yaml::Node* node, std::optional<Part>& part, const Read& read) {
  if (node == nullptr) return true;
  part = read(*node);
  return part.has_value();
}

/// A kind with this key can be tried again until it passes (docs/checks.md, "Waiting").
inline constexpr std::string_view kWaitKey = "wait";

/// One kind of check. Adding one is a file in kinds/ and a row in kinds/table.cpp.
struct CheckKind {
  std::string_view article;   ///< "a" or "an", for messages
  Key value;                  ///< the key that makes a check one of this kind
  std::span<const Key> keys;  ///< beside those that every check has
  /// Keys of which at least one must be there, or the check would assert nothing.
  std::span<const std::string_view> asserts;
  When default_when;
  bool needs_foreign_keys;  ///< whether it means something only when that is known
  /// Nothing, and problems, when the check is wrong.
  std::unique_ptr<Check> (*make)(CheckDraft& draft);

  std::string_view name() const { return value.name; }
};

std::span<const CheckKind> check_kinds();

std::unique_ptr<Check> make_schema(CheckDraft& draft);
std::unique_ptr<Check> make_query(CheckDraft& draft);
std::unique_ptr<Check> make_column(CheckDraft& draft);
std::unique_ptr<Check> make_accepts(CheckDraft& draft);
std::unique_ptr<Check> make_rejects(CheckDraft& draft);
std::unique_ptr<Check> make_cost(CheckDraft& draft);
std::unique_ptr<Check> make_log(CheckDraft& draft);
std::unique_ptr<Check> make_command(CheckDraft& draft);

}  // namespace baseline
