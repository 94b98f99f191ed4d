#include "report/run_document.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <span>
#include <utility>

#include "base/text.hpp"
#include "os/clock.hpp"
#include "os/process.hpp"
#include "report/check_json.hpp"
#include "report/human_observer.hpp"
#include "report/json.hpp"
#include "report/json_document.hpp"
#include "report/json_parts.hpp"

namespace baseline {
namespace {

using json_report::Json;
using json_report::Members;
using json_report::ms;
using json_report::optional_ms;
using json_report::optional_text;
using json_report::shown;
using std::chrono::nanoseconds;

Json shown_texts(const std::vector<std::string>& all) {
  Json json = Json::array();
  for (const std::string& text : all) json.push_back(shown(text));
  return json;
}

Json of_steps(const std::vector<TimedStep>& steps) {
  Json json = Json::array();
  for (const TimedStep& step : steps) {
    json.push_back({{"name", words_for(step.step)},
                    {"depth", step.depth},
                    {"start_ms", ms(step.start)},
                    {"took_ms", optional_ms(step.took)},
                    {"good", step.good}});
  }
  return json;
}

bool is_in_window(Step step) {
  return step == Step::freeze || step == Step::copy || step == Step::swap ||
         step == Step::check_live || step == Step::swap_back;
}

// The window begins with the freeze. Its length is measured; a run that ended in an error has not
// told it, and then the steps do.
Json of_window(const CheckRun& run) {
  const auto freeze = std::ranges::find(run.steps, Step::freeze, &TimedStep::step);
  if (freeze == run.steps.end() || !freeze->took) return nullptr;
  if (run.replaced && run.replaced->unavailable) {
    return {{"start_ms", ms(freeze->start)},
            {"took_ms", ms(*run.replaced->unavailable)},
            {"exact", true}};
  }
  nanoseconds end = freeze->start;
  for (auto step = freeze; step != run.steps.end() && is_in_window(step->step); ++step) {
    end = std::max(end, step->start + step->took.value_or(nanoseconds::zero()));
  }
  return {{"start_ms", ms(freeze->start)}, {"took_ms", ms(end - freeze->start)}, {"exact", false}};
}

Json of_schema(const std::optional<Schema>& schema) {
  if (!schema) return nullptr;
  Json json = Json::array();
  for (const SchemaObject& object : schema->objects) {
    Json parts = Json::array();
    for (const SchemaPart& part : object.parts) {
      Members one(3);
      one.add("label", shown(part.label));
      one.add("meaning", shown(part.meaning));
      one.add("text", printable_lines(part.display));
      parts.push_back(one.take());
    }
    Members one(3);
    one.add("kind", object.kind);
    one.add("name", shown(object.name));
    one.add("parts", std::move(parts));
    json.push_back(one.take());
  }
  return json;
}

Json of_schemas(const std::optional<SchemaPair>& schemas) {
  if (!schemas) return nullptr;
  Members json(4);
  json.add("left_title", schemas->left_title);
  json.add("right_title", schemas->right_title);
  json.add("left", of_schema(schemas->left));
  json.add("right", of_schema(schemas->right));
  return json.take();
}

// What --format json prints, without the phases, which the document has already.
Json run_result_json(const CheckRun& run) {
  if (!run.replaced) return nullptr;
  Json json = json_report::document_of(*run.replaced, run.exit_code.value_or(0), false);
  for (const char* key : {"version", "tool", "exit_code"}) json.erase(key);
  return json;
}

}  // namespace

nlohmann::ordered_json run_document(const CheckRun& run, ResultKeys keys) {
  Json json = check_run_json(run, keys);
  json["incomplete"] = nullptr;
  json["run"] = optional_text(run.run);
  json["host"] = shown(host_name());
  json["user"] = shown(user_name());
  json["ended"] = nullptr;
  json["place"] = optional_text(shown(run.place));
  json["steps"] = of_steps(run.steps);
  json["window"] = of_window(run);
  json["notes"] = shown_texts(run.notes);
  json["warnings"] = shown_texts(run.warnings);
  json["result"] = run_result_json(run);
  json["schemas"] = of_schemas(run.schemas);
  return json;
}

std::string run_record(const CheckRun& run, std::size_t most) {
  Json json = run_document(run, ResultKeys::filled);
  const auto text = [&] {
    return printable_json(json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)) +
           "\n";
  };
  std::string record = text();
  if (record.size() <= most) return record;
  json["notes"].push_back("the schemas were too large to be kept");
  json["schemas"] = nullptr;
  record = text();
  if (record.size() <= most) return record;
  json["notes"].push_back("the checks that passed were too many to be kept");
  for (Json& phase : json["phases"]) {
    auto& results = phase["results"].get_ref<Json::array_t&>();
    std::erase_if(results, [](const Json& result) { return result["status"] == "pass"; });
  }
  record = text();
  if (record.size() <= most) return record;
  throw Error(ErrorCode::io, fmt::format("it would have {}, and may have {}",
                                         human_size(record.size()), human_size(most)));
}

std::optional<nlohmann::ordered_json> run_of_record(const std::string& record) {
  Json run = Json::parse(record, nullptr, false);
  if (!run.is_object()) return {};
  const auto elements = [](Json& json, const char* key) {
    const auto found = json.find(key);
    const bool is_list = found != json.end() && found->is_array();
    return is_list ? std::span(found->get_ref<Json::array_t&>()) : std::span<Json>();
  };
  for (Json& phase : elements(run, "phases")) {
    for (Json& result : elements(phase, "results")) result = with_all_keys(std::move(result));
  }
  return run;
}

nlohmann::ordered_json run_document(const HistoryLine& line, const std::optional<Manifest>& backup,
                                    const std::filesystem::path& catalogue,
                                    const std::string& why) {
  // All that a whole document has, so that who reads it finds the same keys.
  Json json = run_document(CheckRun{}, ResultKeys::all);
  json["tool"] = backup ? Json(shown(backup->tool)) : Json(nullptr);
  json["engine"] = backup ? Json(shown(backup->engine)) : Json(nullptr);
  json["command"] = shown(line.command);
  json["database"] = shown(line.database);
  for (const char* unknown : {"started", "duration_ms", "summary"}) json[unknown] = nullptr;
  json["ended"] = shown(line.when);
  json["outcome"] = shown(line.outcome);
  json["incomplete"] = why;
  json["run"] = shown(line.run);
  json["host"] = shown(line.host);
  json["user"] = shown(line.user);
  const bool replaced = line.outcome == "done" || line.outcome.rfind("finished", 0) == 0 ||
                        line.outcome.rfind("kept", 0) == 0;
  Json result = Json::object();
  result["from"] = optional_text(shown(line.from));
  result["revision"] = replaced ? optional_text(shown(line.to)) : Json(nullptr);
  result["source"] = optional_text(shown(line.source));
  result["unavailable_ms"] =
      line.unavailable_us ? Json(static_cast<double>(*line.unavailable_us) / 1000) : Json(nullptr);
  result["backup"] =
      backup ? json_report::of_manifest(*backup, catalogue / backup->id) : Json(nullptr);
  result["backup_id"] = optional_text(shown(line.backup));
  json["result"] = result;
  return json;
}

}  // namespace baseline
