#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "store/migration.hpp"

namespace baseline {

/// Which part of a schema a mutant bends.
enum class MutantKind {
  table,
  column,
  type,
  not_null,
  default_value,
  collation,
  generated,
  check,
  unique,
  primary_key,
  foreign_key,
  index,
  view,
  trigger,
  rows,     ///< that the migration brings
  setting,  ///< a pragma that is kept in the database
};

/// What the change does to those who use the database, which tells what would notice it.
enum class MutantEffect {
  laxer,     ///< lets in what was kept out
  stricter,  ///< keeps out what was let in
  either,    ///< a condition is bent; one of the two
  content,   ///< other values, or something is missing that users read
  cost,      ///< the same results, with more or less work
};

/// One small change of the SQL of a migration: `length` bytes at `offset` become `replacement`.
struct Mutant {
  MutantKind kind = MutantKind::table;
  MutantEffect effect = MutantEffect::content;
  std::string element;    ///< "CHECK valid_latitude of monitoring_targets"
  std::string change;     ///< "<= 90 becomes <= 91", "dropped"
  std::size_t place = 0;  ///< of what is bent, in bytes; the change may begin at a comma before it
  std::size_t offset = 0;
  std::size_t length = 0;
  std::string replacement;
};

/// The migration with the change made.
Migration mutated(const Migration& migration, const Mutant& mutant);

/// The line of what is bent, from 1, and its text without white space around it; of several lines
/// the first.
std::size_t line_of(const Migration& migration, const Mutant& mutant);
std::string line_text(const Migration& migration, const Mutant& mutant);

/// "CHECK", "NOT NULL", "rows": for tables and JSON.
std::string_view to_string(MutantKind kind);
std::string_view to_string(MutantEffect effect);

}  // namespace baseline
