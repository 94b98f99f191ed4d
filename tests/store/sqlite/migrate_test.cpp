#include <string>

#include "base/error.hpp"
#include "store/sqlite/sessions.hpp"
#include "support/catch.hpp"

namespace baseline {
namespace {

// What apply_migration() says about `sql`: "MESSAGE | HINT", or nothing when it is fine.
std::string complaint(const std::string& sql) {
  try {
    sqlite::apply_migration({"1", "dir/1_x.sql", sql});
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::usage);
    return std::string(error.what()) + " | " + error.hint();
  }
  return {};
}

TEST_CASE("the built-in migration applies and stamps its revision", "[migrate]") {
  const Migration migration = builtin_migration();
  const auto reference = sqlite::apply_migration(migration);
  CHECK(reference->revision() == "9275fe03c648");
  CHECK(reference->schema().objects.size() == 4);
  CHECK_FALSE(reference->integrity_problem(Session::Depth::full));
  const std::string bytes = sqlite::serialized(*reference);
  CHECK(bytes.substr(0, 15) == "SQLite format 3");
}

TEST_CASE("a migration's mistakes are told with their place", "[migrate]") {
  CHECK(complaint("CREATE TABLE a(x);\n\n    CRAETE TABLE b(x);") ==
        "dir/1_x.sql:3:5: near \"CRAETE\": syntax error | ");
  CHECK(complaint("-- ä\nSELECT 'ä', CREATE;") ==
        "dir/1_x.sql:2:13: near \"CREATE\": syntax error | ");
  CHECK(complaint("  -- only a comment\n;;") ==
        "dir/1_x.sql contains no SQL statement | write the statements that make the new database");
  CHECK(complaint("") ==
        "dir/1_x.sql contains no SQL statement | write the statements that make the new database");
  CHECK(complaint(
            "CREATE TABLE a(x UNIQUE);\nINSERT INTO a VALUES (1);\n INSERT INTO a VALUES (1)") ==
        "dir/1_x.sql:3:2: UNIQUE constraint failed: a.x | ");
  CHECK(complaint("CREATE TABLE a(latitude);\nCREATE INDEX i ON a(\"latitide\")") ==
        "dir/1_x.sql:2:21: no such column: latitide; did you mean 'latitude'? | "
        "names go in double quotes, text in single quotes");
}

}  // namespace
}  // namespace baseline
