#include "report/check_json.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <utility>

#include "base/text.hpp"
#include "base/version.hpp"
#include "os/clock.hpp"
#include "report/json_document.hpp"
#include "report/report_kinds.hpp"

namespace baseline {
namespace {

using Json = nlohmann::ordered_json;

using json_report::Members;
using json_report::ms;

Json utf8_or_null(const std::string& text) {
  return text.empty() ? Json(nullptr) : Json(valid_utf8(text));
}

Json utf8_texts(const std::vector<std::string>& all) {
  Json json = Json::array();
  for (const std::string& text : all) json.push_back(valid_utf8(text));
  return json;
}

Json check_result_json(const CheckResult& result, ResultKeys keys) {
  constexpr std::size_t kKeys = 23;
  Members json(kKeys);
  const auto add_text = [&](const char* key, const std::string& text) {
    if (keys == ResultKeys::all || !text.empty()) json.add(key, utf8_or_null(text));
  };
  const CheckIdentity& check = *result.check;
  json.add("suite", valid_utf8(check.suite));
  json.add("name", valid_utf8(check.name));
  add_text("case", result.case_label);
  json.add("kind", check.kind);
  if (keys == ResultKeys::all || check.severity != Severity::error) {
    json.add("severity", to_string(check.severity));
  }
  if (keys == ResultKeys::all || !check.tags.empty()) json.add("tags", utf8_texts(check.tags));
  json.add("status", to_string(result.status));
  add_text("file", check.file);
  json.add("line", check.line);
  json.add("column", check.column);
  json.add("duration_ms", ms(result.took));
  if (keys == ResultKeys::all || result.attempts != 1) json.add("attempts", result.attempts);
  add_text("expected", result.expected);
  add_text("got", result.got);
  for (const char* const source : {"sql", "command", "log"}) {
    add_text(source, result.source() == source ? result.sql : "");
  }
  add_text("why", result.why);
  add_text("note", result.note);
  if (keys == ResultKeys::all || result.judged_nothing) {
    json.add("judged_nothing", result.judged_nothing);
  }
  add_text("hint", result.hint);
  add_text("rerun", result.rerun);
  add_text("skip_reason", result.skip_reason);
  return json.take();
}

Json of_problem(const std::optional<RunProblem>& problem) {
  if (!problem) return nullptr;
  Json json = Json::object();
  json["kind"] = problem->kind;
  json["message"] = valid_utf8(problem->message);
  json["hint"] = utf8_or_null(problem->hint);
  json["problems"] = utf8_texts(lines_of(problem->problems, "error"));
  json["notes"] = utf8_texts(problem->notes);
  return json;
}

constexpr Status kStatuses[] = {Status::pass, Status::fail, Status::error, Status::warn,
                                Status::skip};

}  // namespace

Json concessions_json(const Concessions& concessions) {
  return {{"warn", concessions.warn},
          {"before", concessions.before},
          {"after", concessions.after},
          {"wait", concessions.wait},
          {"skip", concessions.skip}};
}

Json with_all_keys(Json result) {
  Json json = check_result_json(CheckResult(CheckIdentity{}), ResultKeys::all);
  for (auto& [key, value] : json.items()) {
    const auto filled = result.find(key);
    if (filled != result.end()) value = std::move(*filled);
  }
  return json;
}

Json suite_report_json(const SuiteReport& report, ResultKeys keys) {
  Json json = Json::object();
  json["phase"] = to_string(report.phase);
  json["strict"] = report.strict;
  json["duration_ms"] = ms(report.took);
  json["summary"] = Json::object();
  for (const Status status : kStatuses) {
    json["summary"][std::string(to_string(status))] = report.count(status);
  }
  json["judged_nothing"] = report.judged_nothing();
  json["concessions"] = concessions_json(report.concessions);
  Json::array_t results;
  results.reserve(report.results.size());
  for (const CheckResult& result : report.results)
    results.push_back(check_result_json(result, keys));
  json["results"] = std::move(results);
  return json;
}

Json check_run_json(const CheckRun& run, ResultKeys keys) {
  // With the keys that a record has, too (run_document()): an object that grows copies all that is
  // in it, and all the results are.
  constexpr std::size_t kKeys = 24;
  Json json = Json::object();
  json.get_ref<Json::object_t&>().reserve(kKeys);
  json["version"] = 1;
  json["tool"] = fmt::format("baseline {}", version());
  json["engine"] = utf8_or_null(run.engine);
  json["command"] = run.command;
  json["database"] = utf8_or_null(run.database);
  json["started"] = rfc3339(run.started);
  json["duration_ms"] = ms(run.took);
  json["outcome"] = run.outcome;
  json["exit_code"] = run.exit_code ? Json(*run.exit_code) : Json(nullptr);
  json["error"] = of_problem(run.problem);
  json["summary"] = Json::object();
  for (const Status status : kStatuses) {
    std::size_t count = 0;
    for (const SuiteReport& report : run.phases) count += report.count(status);
    json["summary"][std::string(to_string(status))] = count;
  }
  json["phases"] = Json::array();
  for (const SuiteReport& report : run.phases) {
    json["phases"].push_back(suite_report_json(report, keys));
  }
  return json;
}

std::string json_check_report(const CheckRun& run) {
  return json_report::finished(check_run_json(run));
}

}  // namespace baseline
