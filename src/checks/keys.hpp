#pragma once

#include <span>
#include <string_view>
#include <vector>

namespace baseline {

/// What a key of a suite holds. The loader reads it, `checks json-schema` tells editors.
enum class KeyType {
  version,    ///< the whole number 1
  text,       ///< text that is not blank
  texts,      ///< a non-empty list of texts or plain numbers
  names,      ///< a name, or a non-empty list of them
  choice,     ///< one of Key::choices
  duration,   ///< 500ms, 30s, 5m
  truth,      ///< true, and nothing else: to leave the key out says false
  sql,        ///< text: statements
  path,       ///< text: `${NAME}` stands for a variable
  regexes,    ///< a non-empty list of RE2 expressions
  argv,       ///< a non-empty list of words, `${NAME}` stands for a variable
  matcher,    ///< a value, or a map of operators
  count,      ///< a matcher of whole numbers from 0
  rows,       ///< a list of lists of values
  column,     ///< text: table.column
  by,         ///< the name of a constraint, or a map that says what it is
  fixtures,   ///< the name of a fixture, or a non-empty list of them
  cases,      ///< a non-empty list of maps of values
  values,     ///< a map of values
  named_sql,  ///< a map of statements
  checks,     ///< a non-empty list of checks
};

/// One key of a suite: what the loader knows, what editors complete and explain, and what
/// docs/checks.md must list (tests/checks/reference_test.cpp).
struct Key {
  std::string_view name;
  KeyType type;
  std::string_view meaning;  ///< one sentence for people, without a full stop
  bool required = false;
  std::span<const std::string_view> choices = {};
};

/// What a switch may be.
inline constexpr std::string_view kOnOff[] = {"on", "off"};
/// In the order of When and of Severity.
inline constexpr std::string_view kWhenWords[] = {"before", "after", "both"};
inline constexpr std::string_view kSeverityWords[] = {"error", "warn"};

/// The keys of a suite file.
std::span<const Key> file_keys();

/// The keys that every check has, whatever its kind.
std::span<const Key> common_keys();

std::vector<std::string_view> names_of(std::span<const Key> keys);

}  // namespace baseline
