#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "checks/generate/probe.hpp"

namespace baseline::generate {

/// Rows of one table that satisfy or violate its CHECKs and types, found by trying the values that
/// the expressions name, the engine being the judge. Deterministic: the number of rows that are
/// tried is bounded, never the time.
class RowSearch {
 public:
  /// What a column has to hold in a row that is to be accepted: a key, a parent's key.
  struct Demands {
    Row fixed;                   ///< values that the row has to have
    std::set<std::string> keys;  ///< columns whose ordinary values are those of keys
    Row parents;                 ///< for columns that may refer: the key of the parent's row
    int salt = 0;                ///< counts up when the ordinary values are taken
  };

  RowSearch(Probe& probe, const TableModel& table, Demands demands);

  /// The simplest row that satisfies everything: what cannot be left out, and what CHECKs need.
  /// Nothing when none was found; then `unsatisfied()` tells of which constraints.
  std::optional<Row> simplest();
  std::vector<std::string> unsatisfied() const { return unsatisfied_; }

  /// As simplest(), with these columns not NULL and the condition true.
  std::optional<Row> satisfying(const ConditionModel& condition,
                                const std::vector<std::string>& not_null);

  /// A row in which as many columns as possible hold a value.
  std::optional<Row> fullest();

  /// From now on rows hold these values, too: what else than constraints demands.
  void keep(const Row& values) { kept_ = values; }

  /// Other values for one column of an accepted row, which stays acceptable.
  std::vector<Value> alternatives(const Row& row, const std::string& column);

  /// Rows that violate the constraint and no other one if possible, from both sides of each bound,
  /// the most telling first. `alone`: none of the others is violated.
  struct Witness {
    Row row;  ///< values of the columns of all constraints that are connected with it
    bool alone = false;
  };
  std::vector<Witness> violating(const ConstraintModel& constraint);

  /// Rows that are accepted and lie next to a bound, by the columns that they are about.
  struct Edges {
    std::vector<std::string> columns;
    std::vector<Row> rows;
  };
  std::vector<Edges> edges();

  /// What a column holds when it is left out of an INSERT.
  Value omitted(const ColumnModel& column) const;
  /// Whether a row with this value can leave the column out.
  bool can_omit(const ColumnModel& column, const Value& value) const;
  Value plain(const ColumnModel& column, int n) const;
  /// Whether no CHECK and no type has a say in the column.
  bool is_free(const std::string& column) const { return cluster_of(column) == nullptr; }
  /// The key of the parent's row, for a column that may refer to one.
  std::optional<Value> parent(const std::string& column) const;

 private:
  /// Constraints that share columns, and the columns.
  struct Cluster {
    std::vector<std::string> columns;
    std::vector<const ConstraintModel*> constraints;
    std::vector<std::vector<Value>> values;     // by column, the most natural first
    std::vector<std::vector<Value>> shapes;     // accepted rows, the simplest first
    std::vector<std::vector<Value>> violators;  // by constraint: the simplest, or empty
    std::vector<bool> violator_alone;
  };
  /// One column of a shape changed.
  struct Variation {
    std::size_t shape = 0;
    std::size_t column = 0;
    Value value;
    Violations violations;
  };

  void make_clusters();
  void explore(Cluster& cluster);
  static bool is_named(const Cluster& cluster, std::size_t column, const Value& value);
  std::vector<Value> fullest_of(const Cluster& cluster);
  std::vector<Value> candidates(const Cluster& cluster, const ColumnModel& column) const;
  std::vector<Value> more_values(const Cluster& cluster, const ColumnModel& column) const;
  std::vector<Variation> variations(const Cluster& cluster);
  const Cluster* cluster_of(const std::string& column) const;
  Row row_of(const Cluster& cluster, const std::vector<Value>& values) const;
  std::optional<std::vector<Value>> first_that_satisfies(
      const std::vector<std::string>& columns, const std::vector<std::vector<Value>>& values,
      const std::vector<std::string>& conditions, std::size_t most);

  Probe& probe_;
  const TableModel& table_;
  Demands demands_;
  Row defaults_;                    // of the columns that have one
  std::set<std::string> changing_;  // whose default is another one each time
  std::vector<Cluster> clusters_;
  std::map<const Cluster*, std::vector<Variation>> variations_;
  std::vector<std::string> unsatisfied_;
  Row kept_;
};

}  // namespace baseline::generate
