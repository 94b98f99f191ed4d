#include "base/text.hpp"
#include "report/json_document.hpp"
#include "report/listing.hpp"

namespace baseline::json_report {
namespace {

using Json = nlohmann::ordered_json;

Json listed_check_json(const ListedCheck& check) {
  Json json = Json::object();
  json["suite"] = valid_utf8(check.suite);
  json["name"] = valid_utf8(check.name);
  json["kind"] = check.kind;
  json["severity"] = to_string(check.severity);
  json["tags"] = check.tags;
  json["cases"] = check.cases;
  json["before"] = check.before;
  json["after"] = check.after;
  json["verify_only"] = check.verify_only;
  json["runs"] = check.runs();
  json["skip_reason"] = optional_text(check.skip_reason);
  json["left_out"] = optional_text(check.left_out);
  json["file"] = valid_utf8(check.file);
  json["line"] = check.place.line;
  json["column"] = check.place.column;
  return json;
}

Json of_total(const PhaseTotal& total) {
  return {{"checks", total.checks}, {"results", total.results}};
}

}  // namespace

std::string of(const Listing& listing) {
  Json json = header("checks list", 0);
  json["checks"] = Json::array();
  for (const ListedCheck& check : listing.checks)
    json["checks"].push_back(listed_check_json(check));
  json["totals"] = {{"before", of_total(listing.before)},
                    {"after", of_total(listing.after)},
                    {"verify_only", listing.verify_only},
                    {"skipped", listing.skipped},
                    {"left_out", listing.left_out}};
  return finished(json);
}

}  // namespace baseline::json_report
