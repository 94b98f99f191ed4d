#pragma once

#include <string>
#include <vector>

#include "checks/generate/plan.hpp"
#include "checks/generate/trial.hpp"

namespace baseline::generate {

/// The checks of one table while they are made. Each part of the suite has a file of its own.
class TableChecks {
 public:
  TableChecks(const Plan& plan, const TablePlan& table, Trial& trial)
      : plan_(plan), entry_(table), table_(*table.table), trial_(trial) {}

  /// All of them: rows that are accepted, then what each constraint rejects. Every constraint has
  /// its `rejects`, with `skip` and the reason where none could be found.
  std::vector<GeneratedCheck> make();

 private:
  // rows_checks.cpp: what is accepted.
  void add_rows();
  void add_defaults();
  void add_edges();
  void add_likeness();
  void add_storage();
  void add_comparison();

  // condition_checks.cpp: NOT NULL, CHECK, types.
  void add_not_null(const ConstraintModel& constraint);
  void add_condition(const ConstraintModel& constraint);
  bool add_witnesses(GeneratedCheck check, const std::vector<Row>& rows);

  // key_checks.cpp: PRIMARY KEY and UNIQUE.
  void add_key(const ConstraintModel& constraint);
  void add_shared_parts(const ConstraintModel& constraint, const Row& first);
  void add_outside(const ConstraintModel& constraint);
  void add_case(const ConstraintModel& constraint, const Row& first);
  std::vector<Row> other_rows(const Row& first, const ConstraintModel& key, int number);
  void complete(std::vector<Row>& rows) const;

  // foreign_key_checks.cpp
  void add_foreign_key(const ConstraintModel& key);
  void add_parent_deletion(const ConstraintModel& key);
  bool add_deletion(const ConstraintModel& key, const TablePlan& parent_plan, const Row& parent_row,
                    const std::string& before);
  void add_parent_renumbering(const ConstraintModel& key);

  // trigger_checks.cpp
  void add_trigger(const TriggerModel& trigger);
  void add_raise(const TriggerModel& trigger, const std::string& message);
  std::vector<std::string> provocations(const TriggerModel& trigger) const;

  GeneratedCheck rejecting(const ConstraintModel& constraint, std::string name) const;
  void add_skipped(GeneratedCheck check, const std::string& reason);
  void add(GeneratedCheck check);
  /// "t.c" or "t (a, b)", as people write it.
  std::string place(const std::vector<std::string>& columns) const;
  Row changed(const Row& changes) const;

  const Plan& plan_;
  const TablePlan& entry_;
  const TableModel& table_;
  Trial& trial_;
  std::vector<GeneratedCheck> checks_;
};

}  // namespace baseline::generate
