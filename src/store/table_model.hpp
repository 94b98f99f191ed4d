#pragma once

#include <string>
#include <vector>

#include "store/constraint_ref.hpp"
#include "store/value.hpp"

namespace baseline {

/// A column as those see it who write rows.
struct ColumnModel {
  /// What kind of value fits without being changed.
  enum class Fits { integer, real, number, text, blob, date, time, date_time, boolean, json, any };

  std::string name;
  std::string sql;   ///< the name as SQL has to write it
  std::string type;  ///< as declared
  Fits fits = Fits::any;
  bool not_null = false;
  bool generated = false;        ///< it cannot be written
  bool has_default = false;      ///< or the engine makes a value, as for a rowid
  std::string default_sql;       ///< empty when there is none
  bool default_is_fixed = true;  ///< false: CURRENT_TIMESTAMP, an expression
  int key_position = 0;          ///< in the primary key, from 1; 0 when it is not in it
  bool is_rowid = false;         ///< the engine's own key: INTEGER PRIMARY KEY
};

/// Values worth a try in a column, the most natural first.
struct ColumnSamples {
  std::string column;
  std::vector<Value> values;
  std::vector<Value> named;  ///< those of them that the expression itself names
};

/// An expression over the columns of one row.
struct ConditionModel {
  std::string sql;                     ///< empty: no condition
  std::vector<std::string> columns;    ///< that can be written, those of generated ones included
  std::vector<ColumnSamples> samples;  ///< around its literals, by what stands beside them
  std::vector<Value> all_samples;      ///< for all of its columns
};

/// Whatever can reject a row of a table, triggers aside.
struct ConstraintModel {
  enum class Kind { not_null, unique, primary_key, foreign_key, check, type };

  Kind kind = Kind::check;
  std::string name;                  ///< empty when it has none
  ConstraintRef by;                  ///< as a `rejects` check names it
  std::string display;               ///< for people: "UNIQUE unique_location (a, b)"
  std::vector<std::string> columns;  ///< that can be written; of a key: in its order
  std::string key;                   ///< of a key: its columns as people write them, "a, b"
  std::string on_conflict;           ///< "replace" of ON CONFLICT REPLACE; empty: it rejects

  /// check, type, and NOT NULL of a generated column: what must not be false.
  /// unique: which rows it is for, from WHERE of a partial index.
  ConditionModel condition;
  bool plain_columns = true;  ///< unique: no expression and no generated column is in the key

  std::string parent;  ///< foreign_key: the table that is referred to
  std::vector<std::string> parent_columns;
  std::string on_delete;  ///< "no action", "restrict", "cascade", "set null", "set default"
  std::string on_update;  ///< likewise
};

/// A trigger. One without any message raises no error.
struct TriggerModel {
  enum class Event { insert, update, remove };

  std::string name;
  Event event = Event::insert;
  std::vector<std::string> columns;   ///< UPDATE OF …; empty: all
  std::vector<std::string> mentions;  ///< columns of the table that it reads
  std::vector<std::string> messages;  ///< that it raises, each once
  bool has_other_messages = false;    ///< it raises what is not a literal
  std::vector<ColumnSamples> samples;
};

/// A table, view or virtual table.
struct TableModel {
  enum class Kind { table, virtual_table, view };

  Kind kind = Kind::table;
  std::string name;
  std::string sql;  ///< the name as SQL has to write it
  std::vector<ColumnModel> columns;
  std::vector<ConstraintModel> constraints;  ///< in the order of declaration, unique indexes last
  std::vector<TriggerModel> triggers;
  /// "(a INTEGER, b TEXT COLLATE nocase)": its columns without any constraint, to try rows in.
  std::string bare_columns;

  const ColumnModel* column(const std::string& name) const;
};

}  // namespace baseline
