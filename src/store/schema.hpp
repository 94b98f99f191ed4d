#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace baseline {

/// One comparable fact of a schema object, e.g. a column or a constraint of a table.
struct SchemaPart {
  std::string label;  ///< what identifies it in its object: "column latitude", "CONSTRAINT valid_x"
  std::string meaning;  ///< normalised: equal text, equal meaning
  std::string display;  ///< for people: "CONSTRAINT valid_latitude CHECK (…)"
};

/// A table, index, view or trigger.
struct SchemaObject {
  std::string kind;  ///< "table", "index", "view", "trigger"
  std::string name;
  std::string definition;         ///< the SQL that made it, as the database keeps it
  std::vector<SchemaPart> parts;  ///< columns in their order, then the rest by label
  std::string table;              ///< of an index or trigger: the table that it belongs to
};

/// What a database declares beside its objects, where it declares it: a number of its application's
/// ("user_version"), or what a migration tool has recorded ("rows of alembic_version").
struct SchemaMark {
  std::string name;
  std::string table;                ///< where the records are, or empty
  std::vector<std::string> values;  ///< never empty; for people, and compared
};

/// What a database declares, reduced to what matters: white space, comments, quoting, keyword case
/// and the order of constraints do not (docs/checks.md, kind schema).
struct Schema {
  std::vector<SchemaObject> objects;  ///< by kind, then name
  std::vector<SchemaMark> marks;      ///< no part of the digest

  /// SHA-256 over the normalised objects, in hex; equal schemas have equal digests.
  std::string digest() const;
};

/// One difference. `present_in_actual` false: the reference has it and the database does not ("-").
struct SchemaDifference {
  bool present_in_actual = false;
  std::string object;  ///< "monitoring_targets" or "table _litestream_lock"
  std::string text;  ///< "CONSTRAINT valid_latitude CHECK (…)"; empty when the whole object differs
  std::string part = {};  ///< what of the object: a part that was changed gives two of the same
};

/// The first object that the glob would leave out of a comparison; null when there is none.
const SchemaObject* first_ignored(const Schema& schema, const std::string& glob);

/// In how many places they are: what was changed is one, and so are columns in another order.
std::size_t places(std::span<const SchemaDifference> differences);

/// All differences between `reference` and `actual`, objects whose name matches one of the globs
/// in `ignore` (and their indexes and triggers) left out of both, as are the tables that Litestream
/// keeps for itself. A part that was changed gives two differences. Of the marks only those that
/// the reference has are compared: the others are the application's affair.
std::vector<SchemaDifference> differences(const Schema& reference, const Schema& actual,
                                          std::span<const std::string> ignore);

}  // namespace baseline
