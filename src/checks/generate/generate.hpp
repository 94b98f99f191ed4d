#pragma once

#include <functional>
#include <string>
#include <vector>

#include "checks/suite.hpp"
#include "store/engine.hpp"
#include "store/migration.hpp"
#include "store/session.hpp"

namespace baseline {

/// One file of a generated suite.
struct GeneratedFile {
  std::string name;  ///< "constraints.yaml"
  std::string text;
};

/// A check that is written with `skip`: what could not be put to the test, and why.
struct SkippedCheck {
  std::string path;  ///< "constraints/item obeys stock >= 0"
  std::string reason;
};

struct GeneratedSuites {
  std::vector<GeneratedFile> files;
  std::size_t checks = 0;  ///< that run
  std::size_t tables = 0;
  std::size_t constraints = 0;  ///< that can reject a row: constraints, types, triggers
  std::size_t covered = 0;      ///< of them, that a check makes fire
  std::vector<SkippedCheck> skipped;
};

/// Writes suites for a schema that nobody has described: it is the baseline, rows that each table
/// accepts, and for each constraint a statement that it rejects (docs/generate.md). All checks that
/// are not skipped pass on the database that the migration makes, in both phases; the same schema
/// gives the same bytes. What comes from the clock or from chance is not among them. Throws
/// Error{usage} when the migration cannot be applied.
///
/// `source` is what the comments call the origin; `interrupted` is asked between tables.
GeneratedSuites generate_suites(const Migration& migration, const std::string& source,
                                const Engine& engine, const std::function<void()>& interrupted);

/// A migration that makes the schema of a database again, without its rows but with the
/// records of its migration tool: the baseline for suites that are generated from a database.
Migration migration_of(Session& database, const std::string& source, std::int64_t user_version,
                       std::int64_t application_id);

/// Throws Error{usage} when the migration of migration_of() cannot be applied: it names the object
/// of the database that only its application can make.
void require_makeable(Session& database, const Migration& migration, const std::string& source,
                      const ApplyMigration& apply);

/// The statements that make its schema again, each after what it needs: without what Litestream and
/// a cut-off migration of Alembic's have left there.
std::string definitions_of(Session& database);

}  // namespace baseline
