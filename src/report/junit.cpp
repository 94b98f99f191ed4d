// JUnit XML as Jenkins, GitLab and Surefire's readers take it: tests/data/junit.xsd.
#include <fmt/format.h>

#include <algorithm>
#include <pugixml.hpp>
#include <sstream>

#include "base/text.hpp"
#include "os/clock.hpp"
#include "report/report_kinds.hpp"
#include "report/result_text.hpp"

namespace baseline {
namespace {

// All texts are printable(), which leaves nothing that XML 1.0 does not have.
void set(pugi::xml_node node, const char* name, const std::string& value) {
  node.append_attribute(name).set_value(value.c_str());
}

std::string seconds(std::chrono::nanoseconds time) {
  return fmt::format("{:.6f}", std::chrono::duration<double>(time).count());
}

struct Counts {
  int tests = 0;
  int failures = 0;
  int errors = 0;
  int skipped = 0;

  void add(Status status) {
    ++tests;
    failures += status == Status::fail ? 1 : 0;
    errors += status == Status::error ? 1 : 0;
    skipped += status == Status::warn || status == Status::skip ? 1 : 0;
  }
  void add(const Counts& other) {
    tests += other.tests;
    failures += other.failures;
    errors += other.errors;
    skipped += other.skipped;
  }
};

void set_head(pugi::xml_node node, const std::string& name, const Counts& counts,
              std::chrono::nanoseconds took) {
  set(node, "name", name);
  set(node, "tests", fmt::format("{}", counts.tests));
  set(node, "failures", fmt::format("{}", counts.failures));
  set(node, "errors", fmt::format("{}", counts.errors));
  set(node, "skipped", fmt::format("{}", counts.skipped));
  set(node, "time", seconds(took));
}

// The message in the attribute and in the body, because consumers show the one or the other.
void add_verdict(pugi::xml_node testcase, const char* element, const std::string& type,
                 const std::string& message, const std::string& body) {
  pugi::xml_node verdict = testcase.append_child(element);
  set(verdict, "message", message);
  if (!type.empty()) set(verdict, "type", type);
  if (!body.empty()) verdict.append_child(pugi::node_pcdata).set_value(body.c_str());
}

void add_result(pugi::xml_node suite, const std::string& classname, const std::string& name,
                const CheckResult& result, Status status) {
  pugi::xml_node testcase = suite.append_child("testcase");
  set(testcase, "classname", classname);
  set(testcase, "name", name);
  if (!result.check->file.empty()) {
    set(testcase, "file", printable(result.check->file));
    set(testcase, "line", fmt::format("{}", result.check->line));
  }
  set(testcase, "time", seconds(result.worked()));
  const std::string message = result_text::message(result);
  const std::string body = result_text::account(result);
  switch (status) {
    case Status::pass:
      if (std::string remarks = result_text::remarks(result); !remarks.empty()) {
        testcase.append_child("system-out")
            .append_child(pugi::node_pcdata)
            .set_value(remarks.c_str());
      }
      break;
    case Status::fail:
      add_verdict(testcase, "failure", std::string(to_string(result.status)), message, body);
      break;
    case Status::error:
      add_verdict(testcase, "error", "error", message, body);
      break;
    case Status::warn:
      add_verdict(testcase, "skipped", {}, "warning: " + message, body);
      break;
    case Status::skip:
      add_verdict(testcase, "skipped", {}, printable(result.skip_reason), {});
      break;
  }
}

// The suites of a phase in the order in which they come up, each with its results.
std::vector<std::pair<std::string, std::vector<const CheckResult*>>> results_by_suite(
    const SuiteReport& report) {
  std::vector<std::pair<std::string, std::vector<const CheckResult*>>> suites;
  for (const CheckResult& result : report.results) {
    auto found = std::ranges::find_if(
        suites, [&](const auto& suite) { return suite.first == result.check->suite; });
    if (found == suites.end()) found = suites.insert(found, {result.check->suite, {}});
    found->second.push_back(&result);
  }
  return suites;
}

pugi::xml_node add_suite(pugi::xml_node root, const std::string& name, const CheckRun& run,
                         const Counts& counts, std::chrono::nanoseconds took) {
  pugi::xml_node suite = root.append_child("testsuite");
  set_head(suite, name, counts, took);
  // Readers of Surefire's schema take no time zone; it is UTC.
  std::string timestamp = rfc3339(run.started);
  timestamp.pop_back();
  set(suite, "timestamp", timestamp);
  if (!run.database.empty()) {
    pugi::xml_node property = suite.append_child("properties").append_child("property");
    set(property, "name", "database");
    set(property, "value", printable(run.database));
  }
  return suite;
}

Counts add_phase(pugi::xml_node root, const CheckRun& run, const SuiteReport& report) {
  Counts total;
  result_text::Distinct distinct;
  for (const auto& [name, results] : results_by_suite(report)) {
    Counts counts;
    std::chrono::nanoseconds took{};
    for (const CheckResult* result : results) {
      counts.add(result_text::status_of(report, *result));
      took += result->worked();
    }
    total.add(counts);
    // Jenkins makes a package and a class of it. Without the phase GitLab would take a check that
    // runs in both for one, and drop the second.
    const std::string classname = fmt::format("{}.{}", to_string(report.phase), printable(name));
    pugi::xml_node suite = add_suite(root, classname, run, counts, took);
    for (const CheckResult* result : results) {
      add_result(suite, classname, distinct(classname, result_text::title(*result)), *result,
                 result_text::status_of(report, *result));
    }
  }
  return total;
}

// A run without a verdict, or with nothing to check, is a testcase of its own: Jenkins takes a file
// without testcases for a broken one, and without errors for success.
Counts add_run(pugi::xml_node root, const CheckRun& run) {
  Counts counts;
  if (!run.problem && run.idle.empty()) return counts;
  counts.add(run.problem ? Status::error : Status::skip);
  pugi::xml_node suite = add_suite(root, "baseline", run, counts, run.took);
  pugi::xml_node testcase = suite.append_child("testcase");
  set(testcase, "classname", "baseline");
  set(testcase, "name", run.command);
  set(testcase, "time", seconds(run.took));
  if (run.problem) {
    add_verdict(testcase, "error", run.problem->kind, printable(run.problem->message),
                result_text::account(*run.problem));
  } else {
    add_verdict(testcase, "skipped", {}, printable(run.idle), {});
  }
  return counts;
}

}  // namespace

std::string junit_report(const CheckRun& run) {
  pugi::xml_document document;
  pugi::xml_node declaration = document.append_child(pugi::node_declaration);
  set(declaration, "version", "1.0");
  set(declaration, "encoding", "UTF-8");
  pugi::xml_node root = document.append_child("testsuites");
  Counts total;
  for (const SuiteReport& report : run.phases) total.add(add_phase(root, run, report));
  total.add(add_run(root, run));
  set_head(root, "baseline " + run.command, total, run.took);
  std::ostringstream out;
  document.save(out, "  ", pugi::format_default, pugi::encoding_utf8);
  return out.str();
}

}  // namespace baseline
