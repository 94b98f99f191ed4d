#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "checks/generate/row_search.hpp"
#include "checks/generate/trial.hpp"

namespace baseline::generate {

/// What the suite knows of one table: a row that it accepts, and how that row is made.
struct TablePlan {
  const TableModel* table = nullptr;
  std::unique_ptr<Probe> probe;
  std::unique_ptr<RowSearch> search;
  std::optional<Row> row;          ///< of its fixture; nothing when none was found
  std::string problem;             ///< why there is no row
  std::string fixture;             ///< name; tables that need each other share one
  std::vector<std::string> given;  ///< fixtures of the parents that its row needs, parents first

  /// With its own fixture at the end.
  std::vector<std::string> given_with_row() const;
  /// What a column holds in the row.
  Value held(const std::string& column) const;
};

/// Rows for all tables, parents first.
class Plan {
 public:
  /// `probes` and `trials` are scratch copies for it alone, of the same database.
  Plan(Session& probes, Trial& trial, const std::vector<TableModel>& tables);

  const std::vector<TablePlan>& tables() const { return tables_; }
  const std::vector<GeneratedFixture>& fixtures() const { return fixtures_; }
  /// Views and virtual tables, too.
  std::vector<const TableModel*> all_tables() const;
  const TablePlan* find(const std::string& table) const;
  /// Columns whose ordinary values are those of keys.
  std::set<std::string> key_columns(const TableModel& table) const;

 private:
  void make_rows(std::size_t group);
  bool waits_for_open(std::size_t group) const;
  bool try_rows(const std::vector<std::size_t>& group, int salt);
  bool try_parents(std::size_t table, std::vector<std::string>& given);
  bool try_fixture(const std::vector<std::size_t>& group, std::string& problem, bool& taken);
  bool please_triggers(TablePlan& plan, const std::vector<std::string>& given);
  RowSearch::Demands demands_of(const TablePlan& plan, int salt) const;
  Value parent_value(const ConstraintModel& key, std::size_t column) const;
  std::vector<std::size_t> parents_of(std::size_t table) const;
  std::vector<std::vector<std::size_t>> groups() const;
  std::optional<std::vector<std::string>> parents_given(const std::vector<std::size_t>& group,
                                                        std::string& problem) const;
  std::string fixture_sql(const std::vector<std::size_t>& group) const;

  Session& probes_;
  Trial& trial_;
  const std::vector<TableModel>& models_;
  std::vector<TablePlan> tables_;
  std::vector<GeneratedFixture> fixtures_;
  std::map<std::string, std::set<std::string>> referred_;  // columns, by table
  std::vector<std::vector<std::size_t>> groups_;           // tables that need each other
  std::vector<std::size_t> group_of_;                      // by table
  std::set<std::size_t> begun_;                            // groups
  std::set<std::size_t> done_;                             // groups
  std::set<std::size_t> cleared_;  // groups whose rows need those of the migration to go
  std::size_t probes_made_ = 0;
};

/// Whether a row cannot be there without the parent: all columns of the key are NOT NULL.
bool is_required(const TableModel& table, const ConstraintModel& key);

}  // namespace baseline::generate
