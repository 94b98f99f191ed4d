#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "checks/generate/row.hpp"
#include "store/session.hpp"

namespace baseline::generate {

/// What the rows of one table make of its conditions: for each row a text with one character for
/// each condition, '1' where the condition is false; empty when the row cannot be evaluated.
using Violations = std::string;

/// A copy of a table without its constraints, in which rows can be tried by the hundred. The engine
/// is the evaluator, with the column's own conversions and collations.
class Probe {
 public:
  /// Makes the copy in `scratch`, which is for probes only and in a transaction; `number` tells the
  /// copies apart.
  Probe(Session& scratch, const TableModel& table, std::size_t number);

  /// `rows` holds the values of `columns`, in their order; other columns are NULL.
  std::vector<Violations> judge(const std::vector<std::string>& columns,
                                std::span<const std::vector<Value>> rows,
                                const std::vector<std::string>& conditions);

  /// The value of an expression without columns; nothing when it has none.
  std::optional<Value> value_of(const std::string& expression);

  /// How many rows were judged so far.
  std::size_t judged() const { return judged_; }

 private:
  bool judge_batch(const std::string& insert, std::span<const std::vector<Value>> rows,
                   const std::string& select, std::span<Violations> out);

  Session& scratch_;
  const TableModel& table_;
  std::string copy_;
  std::size_t judged_ = 0;
};

}  // namespace baseline::generate
