#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "base/version.hpp"
#include "report/mutation.hpp"

namespace baseline::json_report {
namespace {

using Json = nlohmann::ordered_json;

Json of_mutant(const MutantResult& result) {
  Json json;
  json["status"] = result.killed() ? "killed" : "survived";
  json["line"] = result.line;
  json["sql"] = printable(result.sql);
  json["kind"] = to_string(result.mutant.kind);
  json["effect"] = to_string(result.mutant.effect);
  json["element"] = printable(result.mutant.element);
  json["change"] = printable(result.mutant.change);
  json["killer"] = result.killed() ? Json(printable(result.killer)) : Json(nullptr);
  return json;
}

Json of_unfit(const CheckResult& result) {
  return {{"suite", result.suite},
          {"name", result.name},
          {"case", result.case_label.empty() ? Json(nullptr) : Json(result.case_label)},
          {"status", to_string(result.status)},
          {"file", result.file},
          {"line", result.line},
          {"expected", result.expected},
          {"got", result.got}};
}

}  // namespace

std::string of(const MutationReport& report, int exit_code) {
  Json json = {{"version", 1},
               {"tool", fmt::format("baseline {}", version())},
               {"command", "checks mutate"},
               {"exit_code", exit_code},
               {"migration", printable(report.migration)},
               {"revision", report.revision},
               {"killed", report.killed()},
               {"survived", report.results.size() - report.killed()},
               {"share", report.share()},
               {"min", report.demanded ? Json(*report.demanded) : Json(nullptr)},
               {"not_applied", report.stillborn},
               {"equivalent", report.equivalent}};
  json["duration_ms"] = std::chrono::duration<double, std::milli>(report.took).count();
  json["kinds"] = Json::array();
  for (const auto& [kind, count] : report.by_kind()) {
    json["kinds"].push_back(
        {{"kind", to_string(kind)}, {"killed", count.killed}, {"mutants", count.all}});
  }
  json["mutants"] = Json::array();
  for (const MutantResult& result : report.results) json["mutants"].push_back(of_mutant(result));
  json["left_out"] = Json::array();
  for (const LeftOut& check : report.left_out) {
    json["left_out"].push_back({{"check", check.check}, {"why", printable(check.why)}});
  }
  json["unfit"] = Json::array();
  for (const CheckResult& result : report.unfit) json["unfit"].push_back(of_unfit(result));
  return json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

}  // namespace baseline::json_report
