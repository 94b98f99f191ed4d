#include "base/text.hpp"
#include "report/json_document.hpp"
#include "report/mutation.hpp"

namespace baseline::json_report {
namespace {

using Json = nlohmann::ordered_json;

Json of_mutant(const MutantResult& result) {
  Json json = Json::object();
  json["status"] = result.killed() ? "killed" : "survived";
  json["line"] = result.line;
  json["sql"] = valid_utf8(result.sql);
  json["kind"] = to_string(result.mutant.kind);
  json["effect"] = to_string(result.mutant.effect);
  json["element"] = valid_utf8(result.mutant.element);
  json["change"] = valid_utf8(result.mutant.change);
  json["killer"] = optional_text(valid_utf8(result.killer));
  return json;
}

Json of_unfit(const CheckResult& result) {
  return {{"suite", result.check->suite},
          {"name", result.check->name},
          {"case", optional_text(result.case_label)},
          {"status", to_string(result.status)},
          {"file", result.check->file},
          {"line", result.check->line},
          {"expected", result.expected},
          {"got", result.got}};
}

}  // namespace

std::string of(const MutationReport& report, int exit_code) {
  Json json = header("checks mutate", exit_code);
  json["migration"] = valid_utf8(report.migration);
  json["revision"] = report.revision;
  json["killed"] = report.killed();
  json["survived"] = report.results.size() - report.killed();
  json["share"] = report.share();
  json["min"] = report.demanded ? Json(*report.demanded) : Json(nullptr);
  json["not_applied"] = report.stillborn;
  json["equivalent"] = report.equivalent;
  json["changes"] = report.made;
  json["sample"] = report.sample ? Json(*report.sample) : Json(nullptr);
  json["untried"] = report.untried;
  json["duration_ms"] = ms(report.took);
  json["kinds"] = Json::array();
  for (const auto& [kind, count] : report.by_kind()) {
    json["kinds"].push_back(
        {{"kind", to_string(kind)}, {"killed", count.killed}, {"mutants", count.all}});
  }
  json["mutants"] = Json::array();
  for (const MutantResult& result : report.results) json["mutants"].push_back(of_mutant(result));
  json["left_out"] = Json::array();
  for (const LeftOut& check : report.left_out) {
    json["left_out"].push_back({{"check", check.check}, {"why", valid_utf8(check.why)}});
  }
  json["unfit"] = Json::array();
  for (const CheckResult& result : report.unfit) json["unfit"].push_back(of_unfit(result));
  return finished(json);
}

}  // namespace baseline::json_report
