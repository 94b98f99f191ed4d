#include "checks/generate/generate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <string_view>
#include <utility>

#include "base/error.hpp"
#include "base/text.hpp"
#include "checks/generate/plan.hpp"
#include "checks/generate/schema_suite.hpp"
#include "checks/generate/suite_text.hpp"
#include "checks/generate/table_checks.hpp"
#include "checks/generate/view_checks.hpp"
#include "checks/runner.hpp"
#include "store/schema.hpp"
#include "store/table_model.hpp"

namespace baseline {
namespace {

using generate::GeneratedCheck;
using generate::GeneratedFixture;
using generate::Section;
using generate::SuiteText;

constexpr const char* kSchemaFile = "schema.yaml";
constexpr const char* kConstraintsFile = "constraints.yaml";
constexpr const char* kDeclaredFile = "schema.sql";

// Names are the only identity of a check.
void make_names_unique(SuiteText& suite) {
  std::set<std::string> names;
  for (Section& section : suite.sections) {
    for (GeneratedCheck& check : section.checks) {
      const std::string name = check.name;
      for (int n = 2; !names.insert(check.name).second; ++n) {
        check.name = fmt::format("{} ({})", name, n);
      }
    }
  }
  // Equal steps share a fixture.
  std::map<std::string, std::string> steps;
  for (const GeneratedFixture& fixture : suite.fixtures) steps.emplace(fixture.name, fixture.sql);
  for (Section& section : suite.sections) {
    for (GeneratedCheck& check : section.checks) {
      if (!check.step) continue;
      const std::string name = check.step->name;
      for (int n = 2;
           steps.emplace(check.step->name, check.step->sql).first->second != check.step->sql; ++n) {
        check.step->name = fmt::format("{} ({})", name, n);
      }
      check.given.back() = check.step->name;
    }
  }
}

SuiteText constraint_suite(Session& reference, generate::Trial& trial,
                           const std::vector<TableModel>& tables, const std::string& source,
                           const std::function<void()>& interrupted) {
  const std::unique_ptr<Session> probes = reference.scratch();
  probes->begin(false);
  const generate::Plan plan(*probes, trial, tables);
  SuiteText out;
  out.head = {
      std::string(
          "What each table accepts, and what each of its constraints rejects. Written by ") +
          "'baseline checks",
      fmt::format("generate' from {}; it is yours now: change it, add to it.", source), "",
      "A row that must be rejected is the simplest row with one change, so that only the "
      "constraint",
      "named in 'by' can be the reason. Where values have bounds, the 'cases' lie on both "
      "sides."};
  out.has_rows = true;
  out.fixtures = plan.fixtures();
  for (const generate::TablePlan& table : plan.tables()) {
    if (interrupted) interrupted();
    out.sections.push_back({table.table->name, generate::TableChecks(plan, table, trial).make()});
  }
  // What views show; their triggers reject, or do, what is done through the view.
  const Schema schema = reference.schema();
  for (const TableModel& view : tables) {
    if (view.kind != TableModel::Kind::view) continue;
    for (const SchemaObject& object : schema.objects) {
      if (object.kind != "view" || object.name != view.name) continue;
      std::vector<GeneratedCheck> checks =
          generate::view_rows(plan, trial, view, object.definition);
      for (GeneratedCheck& check : generate::view_checks(plan, trial, view, object.definition)) {
        checks.push_back(std::move(check));
      }
      out.sections.push_back({"view " + view.name, std::move(checks)});
    }
  }
  return out;
}

std::vector<SuiteSource> sources_of(const std::vector<std::pair<std::string, SuiteText>>& suites) {
  std::vector<SuiteSource> out;
  for (const auto& [file, suite] : suites) {
    const bool empty = std::ranges::all_of(suite.sections, [](const Section& section) {
      return std::ranges::all_of(section.checks,
                                 [](const GeneratedCheck& check) { return !check.skip.empty(); });
    });
    if (!empty) out.push_back({file, suite.str()});
  }
  return out;
}

// What the schema declares as a number of the application's, or 0.
std::int64_t declared_number(const Schema& schema, std::string_view name) {
  const auto mark = std::ranges::find(schema.marks, name, &SchemaMark::name);
  return mark == schema.marks.end() ? 0 : std::stoll(mark->values.front());
}

// The same schema without rows, as `verify` sees the live one.
Migration emptied(Session& reference) {
  const Schema schema = reference.schema();
  return migration_of(reference, "the schema", declared_number(schema, "user_version"),
                      declared_number(schema, "application_id"));
}

// Whether it may: a word too many costs time only.
bool asks_for_clock_or_chance(std::string_view sql) {
  const std::string text = to_lower(sql);
  return std::ranges::any_of(
      std::initializer_list<std::string_view>{"current_", "date", "time", "now", "julianday",
                                              "strftime", "unixepoch", "random"},
      [&](std::string_view word) { return text.find(word) != std::string::npos; });
}

// Runs what is written, as every later run will. A check that does not pass after all is skipped
// and says why; whoever reads the suite then knows of it.
bool all_pass(std::vector<std::pair<std::string, SuiteText>>& suites, Session& reference,
              Session& empty, const ApplyMigration& apply, std::string_view why_not = {}) {
  const Suites loaded = Suites::load(sources_of(suites), reference, apply);
  std::map<std::string, std::string> failed;
  std::set<std::string> only_before;
  const auto run = [&](Phase phase, Session& subject) {
    const SuiteReport report = run_suites(loaded, phase, subject, reference, {}, nullptr, nullptr);
    for (const CheckResult& result : report.results) {
      if (result.status == Status::pass || result.status == Status::skip) continue;
      const bool first = failed.emplace(result.check->path(), result.got).second;
      // Rows of the migration may have a part in what a query shows.
      if (first && phase == Phase::after) only_before.insert(result.check->path());
    }
  };
  run(Phase::before, reference);
  run(Phase::after, empty);
  for (auto& [file, suite] : suites) {
    const std::string stem = file.substr(0, file.find('.'));
    for (Section& section : suite.sections) {
      for (GeneratedCheck& check : section.checks) {
        const auto found = failed.find(stem + "/" + check.name);
        if (found == failed.end()) continue;
        const bool narrows = check.kind == GeneratedCheck::Kind::query && check.when.empty() &&
                             only_before.contains(found->first);
        if (narrows) {
          check.when = "before";
        } else {
          check.skip = why_not.empty() ? "it does not hold everywhere: " + found->second
                                       : std::string(why_not);
        }
      }
    }
  }
  return failed.empty();
}

void count_checks(const std::string& file, const SuiteText& suite, GeneratedSuites& out) {
  const std::string stem = file.substr(0, file.find('.'));
  for (const Section& section : suite.sections) {
    for (const GeneratedCheck& check : section.checks) {
      if (check.skip.empty()) {
        ++out.checks;
      } else {
        out.skipped.push_back({stem + "/" + check.name, check.skip});
      }
      if (check.constraint.empty()) continue;
      ++out.constraints;
      if (check.skip.empty()) ++out.covered;
    }
  }
}

}  // namespace

GeneratedSuites generate_suites(const Migration& migration, const std::string& source,
                                const Engine& engine, const std::function<void()>& interrupted) {
  const ApplyMigration apply = [&](const Migration& one) { return engine.apply(one); };
  const std::unique_ptr<Session> reference = apply(migration);
  const std::vector<TableModel> tables = reference->tables();
  if (tables.empty()) {
    throw Error(ErrorCode::usage, fmt::format("{} makes no table", printable(source)),
                "there is nothing to write a suite for");
  }
  // Another day, and other numbers of random(): a default, a trigger or a view may ask for them.
  std::unique_ptr<Session> another_time;
  {
    const SqlTime later(engine, SqlClock::later);
    another_time = apply(migration);
  }
  const std::unique_ptr<Session> scratch = reference->scratch();
  generate::Trial trial(*scratch);
  std::vector<std::pair<std::string, SuiteText>> suites;
  suites.emplace_back(kSchemaFile, generate::schema_suite(*reference, *another_time, trial, tables,
                                                          printable(source)));
  suites.emplace_back(kConstraintsFile,
                      constraint_suite(*reference, trial, tables, printable(source), interrupted));
  for (auto& [file, suite] : suites) make_names_unique(suite);

  const std::unique_ptr<Session> empty = apply(emptied(*reference));
  while (!all_pass(suites, *reference, *empty, apply)) {
    if (interrupted) interrupted();
  }
  // One more look is not enough for what is one of two, or for a question like "is it afternoon".
  constexpr int kOtherTimes = 12;
  const bool varies = asks_for_clock_or_chance(migration.sql);
  for (int i = 0; varies && i < kOtherTimes; ++i) {
    const SqlTime later(engine, SqlClock::later);
    const std::unique_ptr<Session> then = apply(migration);
    const std::unique_ptr<Session> empty_then = apply(emptied(*then));
    while (!all_pass(suites, *then, *empty_then, apply,
                     "what it shows comes from the clock or from chance")) {
      if (interrupted) interrupted();
    }
  }
  // It reads a file that is not there yet, so it is not run like the others.
  generate::add_declared(suites.front().second, kDeclaredFile);
  GeneratedSuites out;
  for (const SuiteSource& written : sources_of(suites)) {
    out.files.push_back({written.file, written.text});
  }
  out.files.push_back(
      {kDeclaredFile,
       fmt::format(
           "-- What the schema is meant to be: the suite schema.yaml compares the baseline "
           "with it.\n-- Written by 'baseline checks generate' from {}; change it by hand, "
           "and before\n-- the migration, so that no change of the schema goes unnoticed.\n",
           printable(source)) +
           definitions_of(*reference)});
  for (const auto& [file, suite] : suites) count_checks(file, suite, out);
  out.tables = static_cast<std::size_t>(std::ranges::count_if(
      tables, [](const TableModel& table) { return table.kind == TableModel::Kind::table; }));
  return out;
}

}  // namespace baseline
