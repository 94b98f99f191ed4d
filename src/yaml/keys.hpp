#pragma once

#include <span>
#include <string_view>
#include <vector>

namespace baseline::yaml {

/// What a key of an input file holds. Its loader reads it, key_schema.hpp tells editors.
enum class KeyType {
  version,    ///< the whole number 1
  text,       ///< text that is not blank
  texts,      ///< a non-empty list of texts or plain numbers
  variables,  ///< a non-empty list of names of variables of the environment
  names,      ///< a name, or a non-empty list of them
  choice,     ///< one of Key::choices
  duration,   ///< 500ms, 30s, 5m
  truth,      ///< true, and nothing else: to leave the key out says false
  number,     ///< a whole number from 1
  sql,        ///< text: statements
  path,       ///< text: `${NAME}` stands for a variable
  paths,      ///< a path, or a non-empty list of them
  regexes,    ///< a non-empty list of RE2 expressions
  argv,       ///< a non-empty list of words, `${NAME}` stands for a variable
  hook,       ///< a list as `argv`, or a map of Key::keys
  section,    ///< a map of Key::keys
  matcher,    ///< a value, or a map of operators
  count,      ///< a matcher of whole numbers from 0
  output,     ///< a matcher of text
  rows,       ///< a list of lists of values
  column,     ///< text: table.column or table(a, b)
  by,         ///< the name of a constraint, or a map that says what it is
  fixtures,   ///< the name of a fixture, or a non-empty list of them
  cases,      ///< a non-empty list of maps of values
  values,     ///< a map of values
  named_sql,  ///< a map of statements
  checks,     ///< a non-empty list of checks
};

/// One key of a map: what the loader knows, what editors complete and explain, and what the manual
/// must list.
struct Key {
  std::string_view name;
  KeyType type;
  std::string_view meaning;  ///< one sentence for people, without a full stop
  bool required = false;
  std::span<const std::string_view> choices = {};
  std::span<const Key> (*keys)() = nullptr;  ///< of what is below a hook or a section
};

/// What a switch may be.
inline constexpr std::string_view kOnOff[] = {"on", "off"};

std::vector<std::string_view> names_of(std::span<const Key> keys);

}  // namespace baseline::yaml
