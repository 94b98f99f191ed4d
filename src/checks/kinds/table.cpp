#include "checks/kinds.hpp"

namespace baseline {
namespace {

constexpr Key kGiven = {"given", KeyType::fixtures, "fixtures that run first, on a scratch copy"};
constexpr Key kCases = {"cases", KeyType::cases,
                        "the check runs once for each map, its values bound as :name"};
constexpr Key kForeignKeys = {"foreign_keys", KeyType::choice,
                              "whether foreign keys are enforced in this check", false, kOnOff};

constexpr Key kWait = {kWaitKey, KeyType::duration,
                       "how long a check that fails is tried again, by baseline verify"};

constexpr Key kSchemaKeys[] = {
    {"ignore", KeyType::texts, "globs of tables, views and triggers that are left out"},
};
constexpr Key kQueryKeys[] = {
    {"value", KeyType::matcher, "what the only column of the only row is"},
    {"rows", KeyType::count, "how many rows there are"},
    {"result", KeyType::rows, "all rows, in any order"},
    kGiven,
    kCases,
    kForeignKeys,
    kWait,
};
constexpr std::string_view kQueryAsserts[] = {"value", "rows", "result"};
constexpr Key kColumnKeys[] = {
    {"each", KeyType::matcher, "what each value is, NULLs left out"},
    {"not_null", KeyType::truth, "no value is NULL"},
    {"unique", KeyType::truth, "no value occurs twice, NULLs left out"},
    {"where", KeyType::sql, "a condition: rows that do not meet it are left out"},
    {"references", KeyType::column, "a column that has each of the values, NULLs left out"},
    kWait,
};
constexpr std::string_view kColumnAsserts[] = {"each", "not_null", "unique", "references"};
constexpr Key kAcceptsKeys[] = {kGiven, kCases, kForeignKeys};
constexpr Key kRejectsKeys[] = {
    {"by", KeyType::by, "the constraint that by itself rejects the last statement", true},
    kGiven,
    kCases,
    kForeignKeys,
};
constexpr Key kCostKeys[] = {
    {"uses", KeyType::names, "indexes, or UNIQUE or PRIMARY KEY constraints, that the plan uses"},
    {"scanned", KeyType::count, "how many rows full scans visit"},
    {"sorted", KeyType::count, "how many sorts no index saves"},
    {"steps", KeyType::count, "how many steps SQLite's virtual machine takes"},
    {"time", KeyType::duration, "how long the fastest of five runs may take"},
    kGiven,
    kCases,
    kForeignKeys,
};
constexpr std::string_view kCostAsserts[] = {"uses", "scanned", "sorted", "steps", "time"};
constexpr Key kLogKeys[] = {
    {"expect", KeyType::regexes, "each is found in some line"},
    {"forbid", KeyType::regexes, "none is found in any line"},
    kWait,
};
constexpr std::string_view kLogAsserts[] = {"expect", "forbid"};
constexpr Key kCommandKeys[] = {
    {"exit", KeyType::count, "the exit code, 0 unless said"},
    {"stdout", KeyType::output, "what it writes to stdout, without the final newline"},
    {"stderr", KeyType::output, "what it writes to stderr, without the final newline"},
    kWait,
};

constexpr CheckKind kCheckKinds[] = {
    {"a",
     {"schema", KeyType::path, "baseline, or the path of an .sql file that makes the schema"},
     kSchemaKeys,
     {},
     When::both,
     false,
     make_schema},
    {"a",
     {"query", KeyType::sql, "one statement that only reads"},
     kQueryKeys,
     kQueryAsserts,
     When::both,
     false,
     make_query},
    {"a",
     {"column", KeyType::column,
      "table.column or table(a, b): what its values are, read where they are"},
     kColumnKeys,
     kColumnAsserts,
     When::both,
     false,
     make_column},
    {"an",
     {"accepts", KeyType::sql, "statements that must all succeed"},
     kAcceptsKeys,
     {},
     When::both,
     true,
     make_accepts},
    {"a",
     {"rejects", KeyType::sql, "statements of which all but the last succeed"},
     kRejectsKeys,
     {},
     When::both,
     true,
     make_rejects},
    {"a",
     {"cost", KeyType::sql, "one statement, on a scratch copy with the rows of its fixtures"},
     kCostKeys,
     kCostAsserts,
     When::both,
     false,
     make_cost},
    {"a",
     {"log", KeyType::path, "a file that the application writes its log to"},
     kLogKeys,
     kLogAsserts,
     When::after,
     false,
     make_log},
    {"a",
     {"command", KeyType::argv, "a program and its arguments, run without a shell"},
     kCommandKeys,
     {},
     When::after,
     false,
     make_command},
};

}  // namespace

std::span<const CheckKind> check_kinds() { return kCheckKinds; }

std::optional<SqlText> CheckDraft::compile(const yaml::Node& sql, std::string_view key) {
  auto compiled = scope.compile(sql, key, head.when == When::after);
  if (!compiled || !compiled->complete) sql_complete = false;
  if (!compiled) return std::nullopt;
  parameters.insert(parameters.end(), compiled->parameters.begin(), compiled->parameters.end());
  return std::move(compiled->sql);
}

}  // namespace baseline
