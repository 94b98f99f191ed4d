#pragma once

#include <SQLiteCpp/Database.h>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/session.hpp"
#include "store/sqlite/guard.hpp"
#include "store/sqlite/table_definition.hpp"

namespace baseline::sqlite {

/// A constraint of the database as its rejections name it.
struct Constraint {
  using Kind = DeclaredConstraint::Kind;
  Kind kind = Kind::check;
  std::string table;
  std::string name;                  ///< declared name, or the unique index's; may be empty
  std::vector<std::string> columns;  ///< spelt as the table spells them; empty for CHECK
  std::string expression;            ///< CHECK
  std::string message;  ///< all that SQLite says when it rejects; empty for foreign keys
  std::string display;  ///< for people: "UNIQUE unique_location (a, b)"

  bool operator==(const Constraint&) const = default;
};

class Indexes;

/// Everything in the database that can reject a row, triggers and types aside. Throws
/// SQLite::Exception.
std::vector<Constraint> read_constraints(SQLite::Database& database);

/// The constraints of one session's database. Reading them means parsing every CREATE TABLE, and
/// almost every check leaves the schema as it is: they are kept for the schema that it started
/// with.
class ConstraintCache {
 public:
  /// Both must outlive the cache.
  ConstraintCache(SQLite::Database& database, const Guard& guard)
      : database_(database), guard_(guard) {}

  /// Call at the start of a transaction, or where nobody can write: the schema is the one that
  /// every rollback comes back to.
  void at_start() { started_ = true; }
  /// The schema is another one for good.
  void forget();

  /// As read_constraints(); good until the next call of a member.
  const std::vector<Constraint>& current();
  /// The indexes that belong to them; good until the next call of a member.
  const Indexes& indexes();
  /// As named_by() of them; many checks, and all cases of one, ask for the same. Good until the
  /// next call of a member.
  const std::vector<Constraint>& named(const ConstraintRef& by);
  /// Whether ON CONFLICT FAIL or RAISE(FAIL) may be somewhere in the schema: then a statement that
  /// is rejected can leave rows behind.
  bool may_leave_rows();

 private:
  bool is_known() const { return started_ && !guard_.schema_may_change(); }

  SQLite::Database& database_;
  const Guard& guard_;
  bool started_ = false;
  std::optional<std::vector<Constraint>> at_start_;
  std::vector<Constraint> changed_;
  std::shared_ptr<const Indexes> indexes_;
  std::shared_ptr<const Indexes> changed_indexes_;
  using Named = std::map<std::string, std::vector<Constraint>, std::less<>>;
  std::map<ConstraintRef::Kind, Named> named_;
  std::vector<Constraint> changed_named_;
  std::optional<bool> may_leave_rows_;
};

/// The constraints of `all` that SQLite means by an extended result code and message; several when
/// they cannot be told apart. Nothing for foreign keys, triggers and types.
std::vector<const Constraint*> reported(const std::vector<Constraint>& all, int code,
                                        std::string_view message);

/// Who rejected it, for people.
std::string describe_rejection(const std::vector<Constraint>& all, int code,
                               const std::string& message);

/// The constraints that a check names.
std::vector<Constraint> named_by(const std::vector<Constraint>& all, const ConstraintRef& by);

/// The name of the constraint; t(a, b) when it has none.
std::string name_or_columns(const Constraint& constraint);

/// The constraint by what it is, as if it had no name.
ConstraintRef reference_to(const Constraint& constraint);

/// What `by` could have said: the names, columns or expressions of its kind in this database.
std::vector<std::string> available_for(const std::vector<Constraint>& all,
                                       ConstraintRef::Kind kind);

}  // namespace baseline::sqlite
