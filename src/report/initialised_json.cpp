// What `init` made, for people and as JSON.
#include <fmt/format.h>

#include "base/text.hpp"
#include "report/generated.hpp"
#include "report/initialised.hpp"
#include "report/json_document.hpp"
#include "report/json_parts.hpp"
#include "report/layout.hpp"

namespace baseline {
namespace {

std::string listed_lines(std::string_view label, const std::vector<std::string>& lines) {
  std::string out;
  for (const std::string& line : lines) {
    out += labelled(out.empty() ? label : "", printable(line));
  }
  return out;
}

}  // namespace

std::string human_report::of(const InitReport& report) {
  std::string out = listed_lines("wrote", report.files);
  out += labelled("revision", printable(report.revision));
  out += listed_lines("records", report.tools);
  out += listed_lines("look at", report.doubts);
  out += labelled("checks", fmt::format("{} over {}", counted(report.checks, "check"),
                                        counted(report.tables, "table")));
  out += unproven(report.skipped);
  return out + listed_lines("next", report.next);
}

std::string json_report::of(const InitReport& report) {
  const auto texts = [](const std::vector<std::string>& all) {
    Json out = Json::array();
    for (const std::string& text : all) out.push_back(shown(text));
    return out;
  };
  Json json = header("init", 0);
  json["source"] = shown(report.source);
  json["revision"] = shown(report.revision);
  json["tools"] = texts(report.tools);
  json["doubts"] = texts(report.doubts);
  json["files"] = texts(report.files);
  json["tables"] = report.tables;
  json["checks"] = report.checks;
  json["skipped"] = report.skipped.size();
  json["next"] = texts(report.next);
  return finished(json);
}

}  // namespace baseline
