// The page of a run. What it looks like is looked at in a browser: tests/page/.
#include "report/page/page.hpp"

#include <algorithm>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>

#include "os/sha256.hpp"
#include "report/report_kinds.hpp"
#include "report/run_document.hpp"
#include "store/schema.hpp"
#include "support/catch.hpp"
#include "support/sample_run.hpp"

namespace baseline::page_test {
namespace {

using Json = nlohmann::ordered_json;
using namespace std::chrono_literals;

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::size_t occurrences(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (std::size_t at = 0; (at = text.find(part, at)) != std::string::npos; ++at) ++count;
  return count;
}

// What stands between the first `begin` and the next `end` after it.
std::string between(const std::string& text, const std::string& begin, const std::string& end) {
  const std::size_t from = text.find(begin);
  REQUIRE(from != std::string::npos);
  const std::size_t start = from + begin.size();
  return text.substr(start, text.find(end, start) - start);
}

std::string section(const std::string& page, const std::string& id) {
  return between(page, "<section id=\"" + id + "\"", "</section>");
}

Schema schema(std::vector<SchemaObject> objects) { return {std::move(objects), {}}; }

SchemaObject table(const std::string& name, std::vector<std::string> columns) {
  SchemaObject object{"table", name, {}, {}, {}};
  for (const std::string& column : columns) {
    object.parts.push_back(
        {"column " + column.substr(0, column.find(' ')), column, "column " + column});
  }
  return object;
}

// A deploy that went well in every way, with something in every section.
CheckRun deployed() {
  CheckRun run = run_with_all_statuses();
  ReplaceReport report;
  report.command = "deploy";
  report.database = run.database;
  report.revision = "2b3c";
  report.unavailable = 8ms;
  report.old.exists = true;
  report.old.size = 4096;
  report.old.revision = "1a2b";
  report.old.tables = {{"item", 1200}, {"heavy", {}}};
  report.old.owner = "shop:shop";
  report.old.mode = 0640;
  report.old.schema = schema({table("item", {"id INTEGER", "price INTEGER NOT NULL"}),
                              table("left over", {"a TEXT"}), table("same", {"b TEXT"})});
  report.schema = schema({table("item", {"id INTEGER", "price FLOAT NOT NULL", "name TEXT"}),
                          table("new one", {"c TEXT"}), table("same", {"b TEXT"})});
  report.backup.emplace();
  report.backup->directory = "/srv/shop.db.backups/20261121T023558Z-001";
  report.backup->manifest.id = "20261121T023558Z-001";
  report.backup->manifest.payload.name = "shop.db";
  report.backup->manifest.payload.sha256 = std::string(64, 'a');
  report.copies = {{"/mnt/also", "2026-11-21T02:36:00Z", {}}};
  report.warnings = {"the disk is nearly full"};
  report.application.emplace();
  report.application->hooks = {{"stop", "systemctl stop shop", true, true, "exit 0", {}, 20ms},
                               {"start", "systemctl start shop", false, true, "exit 1", "no", 5ms}};
  run.steps = {{Step::look, 0, 2ms, 1ms},        {Step::stage, 0, 3ms, 4ms},
               {Step::freeze, 0, 10ms, 1ms},     {Step::swap, 0, 11ms, 1ms},
               {Step::check_live, 0, 12ms, 6ms}, {Step::seal, 0, 20ms, 70ms}};
  run.took = 100ms;
  run.notes = {"a note to the operator"};
  run.run = "20261121T023558Z-001-9f31c2aa";
  run.place = "--database /srv/shop.db --backups /mnt/b";
  conclude(run, report);
  run.exit_code = 0;
  return run;
}

TEST_CASE("the page has the verdict and each section", "[report]") {
  const std::string page = html_report(deployed());
  CHECK(page.starts_with("<!doctype html>\n<html lang=\"en\">"));
  CHECK(contains(page, "<title>Deployed: /srv/shop.db – baseline deploy</title>"));
  CHECK(contains(page, "<h1>Deployed</h1>"));
  CHECK(contains(page, "1a2b → 2b3c"));
  CHECK(contains(section(page, "notices"), "the disk is nearly full"));
  CHECK(contains(section(page, "notices"), "a note to the operator"));

  const std::string failures = section(page, "failures");
  for (const char* text : {"price out of range [price=-1]", "INSERT INTO item VALUES (1, -1)",
                           "rejection by CHECK valid_price", "accepted: 1 row changed",
                           "the migration lost a constraint", "no such table: item",
                           "baseline plan --only 'shop/price out of range'"}) {
    INFO(text);
    CHECK(contains(failures, text));
  }
  const std::string checks = section(page, "checks");
  CHECK(occurrences(checks, "<tr data-status=") == 6);
  CHECK(contains(checks, "see issue #12"));
  CHECK(contains(checks, "href=\"#failure-1\""));

  const std::string backup = section(page, "backup");
  CHECK(contains(backup,
                 "baseline rollback --database /srv/shop.db --backups /mnt/b "
                 "--to 20261121T023558Z-001"));
  CHECK(contains(backup,
                 "cp /srv/shop.db.backups/20261121T023558Z-001/shop.db "
                 "/srv/shop.db.restored &amp;&amp;"));
  CHECK(contains(backup, "chmod 0640 /srv/shop.db.restored"));
  CHECK(contains(backup, std::string(64, 'a')));
  CHECK(contains(backup, "/mnt/also: made and verified"));
  const std::string application = section(page, "application");
  CHECK(contains(application, "is to be started by hand."));
  CHECK(contains(application, "systemctl stop shop"));
  CHECK(contains(section(page, "run"), "20261121T023558Z-001-9f31c2aa"));
}

TEST_CASE("in a strict run a warning is shown as a failure", "[report]") {
  CheckRun run = deployed();
  const std::string warned = "<article class=\"failure warn\"";
  CHECK(occurrences(html_report(run), warned) == 1);
  run.phases[0].strict = true;
  CHECK(occurrences(html_report(run), warned) == 0);
}

TEST_CASE("the timeline is drawn to scale, with the window marked", "[report]") {
  const std::string timeline = section(html_report(deployed()), "timeline");
  CHECK(contains(timeline, "<strong>8.0 ms</strong>, from 10 ms to 18 ms of a run of 100 ms"));
  CHECK(contains(timeline,
                 "<rect class=\"window\" x=\"10.000%\" y=\"0\" height=\"100%\" "
                 "width=\"8.000%\""));
  CHECK(contains(timeline,
                 "<rect class=\"bar\" x=\"20.000%\" y=\"9\" height=\"12\" "
                 "width=\"70.000%\""));
  // The window is small beside the rest, so its three steps are drawn once more.
  CHECK(contains(timeline, "<caption>While the database was unavailable, enlarged</caption>"));
  CHECK(contains(timeline, "x=\"25.000%\" y=\"9\" height=\"12\" width=\"75.000%\""));
  CHECK(occurrences(timeline, "(while the database was unavailable)") == 6);
}

TEST_CASE("a run that ended in an error has the window that its steps tell", "[report]") {
  CheckRun run = deployed();
  run.replaced.reset();
  const Json window = run_document(run)["window"];
  CHECK(window["exact"] == false);
  CHECK(window["start_ms"] == 10);
  CHECK(window["took_ms"] == 8);
  run.steps.resize(2);
  CHECK(run_document(run)["window"].is_null());
}

TEST_CASE("schemas stand side by side with their differences", "[report]") {
  const std::string schemas = section(html_report(deployed()), "schemas");
  CHECK(contains(schemas,
                 "1 changed, 1 only in the old database, 1 only in the new database, "
                 "1 the same."));
  CHECK(contains(schemas, "<details class=\"changed\" open=\"\">"));
  CHECK(contains(schemas, "<details class=\"gone\" open=\"\">"));
  CHECK(contains(schemas, "<details class=\"came\" open=\"\">"));
  CHECK(contains(schemas, "<details class=\"same\"><summary>"));
  CHECK(contains(schemas, "changed; it had 1 200 rows"));
  CHECK(contains(schemas, "column price <mark>INTEGER</mark> NOT NULL"));
  CHECK(contains(schemas, "column price <mark>FLOAT</mark> NOT NULL"));
  // What came stands where it is in the new one: below price, with nothing on the left.
  CHECK(contains(schemas,
                 "<tr class=\"came\"><td class=\"narrow\"><span class=\"state came\" "
                 "aria-hidden=\"true\">+</span><span class=\"unseen\">only on the right"
                 "</span></td><td></td><td><code>column name TEXT</code></td>"));
}

TEST_CASE("whatever a text holds is shown, and is no part of the page", "[report]") {
  CheckRun run = hostile_run();
  ReplaceReport report;
  const std::string evil = "</td></script><script>alert(1)</script><img src=x onerror=alert(1)>\"'";
  report.old.exists = true;
  report.old.tables = {{evil, 1}};
  report.old.schema = schema({table(evil, {evil})});
  report.schema = schema({table("other", {evil})});
  report.database = report.source_id = report.revision = evil;
  report.warnings = {evil};
  report.backup.emplace();
  report.backup->directory = "/" + evil;
  report.backup->manifest.id = report.backup->manifest.database = evil;
  report.backup->manifest.tables = report.old.tables;
  run.notes = {evil};
  run.place = evil;
  const RunProblem problem = *run.problem;
  conclude(run, report);
  run.problem = problem;
  const std::string page = html_report(run);
  CHECK(occurrences(page, "<script>") == 1);
  CHECK(occurrences(page, "</script>") == 1);
  CHECK_FALSE(contains(page, "<img"));
  CHECK(contains(page, "&lt;script&gt;alert(1)&lt;/script&gt;&lt;img src=x onerror=alert(1)&gt;"));
  CHECK(contains(page, "\\x1b[31m &lt;script&gt;"));
  CHECK(contains(page, "\\xff"));
  CHECK(std::ranges::none_of(page, [](char c) { return c >= 0 && c < ' ' && c != '\n'; }));
}

TEST_CASE("the page loads nothing, and its policy lets only its own style and script be",
          "[report]") {
  const std::string page = html_report(deployed());
  for (const char* text :
       {"http:", "https:", "//cdn", " src=", "url(", "@import", " style=", " onclick="}) {
    INFO(text);
    CHECK_FALSE(contains(page, text));
  }
  CHECK(occurrences(page, " href=\"") == occurrences(page, " href=\"#"));
  const std::string policy = between(page, "Content-Security-Policy\" content=\"", "\">");
  CHECK(policy.starts_with("default-src 'none'; "));
  CHECK(contains(policy,
                 "style-src 'sha256-" + sha256_base64(between(page, "<style>", "</style>")) + "'"));
  CHECK(contains(
      policy, "script-src 'sha256-" + sha256_base64(between(page, "<script>", "</script>")) + "'"));
}

TEST_CASE("every way in which a run can end has its verdict", "[report]") {
  const auto heading = [](const Json& run) { return between(page_of(run), "<h1>", "</h1>"); };
  Json run = run_document(deployed());
  const auto ends = [&](const char* command, const char* outcome) {
    run["command"] = command;
    run["outcome"] = outcome;
    return heading(run);
  };
  CHECK(ends("rollback", "done") == "Rolled back");
  CHECK(ends("rollback", "would do") == "A rollback would go through");
  CHECK(ends("verify", "done") == "Verified");
  CHECK(ends("verify", "checks failed") == "Checks failed");
  CHECK(ends("plan", "would do") == "A deploy would go through");
  CHECK(ends("plan", "checks failed") == "A deploy would fail");
  CHECK(ends("deploy", "nothing to do") == "Nothing to do");
  CHECK(ends("deploy", "checks failed") == "Checks failed; the new database was kept");
  run["result"]["swapped_back"] = true;
  CHECK(ends("deploy", "checks failed") == "Checks failed; the old database is back");
  run["result"]["swapped_back"] = false;
  run["result"]["unavailable_ms"] = nullptr;
  CHECK(ends("deploy", "checks failed") == "Checks failed; nothing was changed");
  CHECK(heading(run_document(refused_run())) == "In use");
  CHECK(heading(run_document(unfinished(refused_run()))) == "Not ended");
}

TEST_CASE("a run without a record has what the history and the backup know", "[report]") {
  HistoryLine line;
  line.when = "2026-11-21T02:35:58Z";
  line.run = "20261121T023558Z-001-9f31c2aa";
  line.command = "deploy";
  line.outcome = "done";
  line.database = "/srv/shop.db";
  line.from = "1a2b";
  line.to = "2b3c";
  line.backup = "20261121T023558Z-001";
  line.unavailable_us = 523;
  Manifest manifest;
  manifest.id = line.backup;
  manifest.payload.name = "shop.db";
  const std::string page = page_of(run_document(line, manifest, "/srv/b", "It was lost."));
  CHECK(contains(page, "<h1>Deployed</h1>"));
  CHECK(contains(section(page, "incomplete"), "It was lost. What follows is from the history"));
  CHECK(contains(page, "0.5 ms"));
  CHECK(contains(page, "1a2b → 2b3c"));
  CHECK(contains(section(page, "backup"), "--to 20261121T023558Z-001"));
  CHECK_FALSE(contains(page, "<section id=\"checks\""));

  const std::string pruned = page_of(run_document(line, {}, "/srv/b", "It was lost."));
  CHECK(contains(section(pruned, "backup"), "is not in the catalogue any more"));
  line.command = "recover";
  line.outcome = "undid the deploy";
  line.to = line.from;
  const std::string undone = page_of(run_document(line, {}, "/srv/b", "It was cut off."));
  CHECK(contains(undone, "<h1>Interrupted, and undone by recovery</h1>"));
}

// Calls `with` for the document with each value in it replaced by something else.
void with_each_replaced(Json& whole, Json& part, const std::function<void()>& with) {
  for (const Json& other : {Json(nullptr), Json(-1e300), Json("x"), Json::array({1, "y"}),
                            Json::object({{"name", 1}}), Json(true)}) {
    const Json kept = std::exchange(part, other);
    with();
    part = kept;
  }
  if (!part.is_structured()) return;
  // Of a list the first is as good as any.
  std::size_t seen = 0;
  for (Json& child : part) {
    if (part.is_array() && ++seen > 1) break;
    with_each_replaced(whole, child, with);
  }
}

TEST_CASE("a damaged record gives a page all the same", "[report]") {
  Json run = run_document(deployed());
  run["error"] = run_document(hostile_run())["error"];
  std::size_t pages = 0;
  with_each_replaced(run, run, [&] {
    const std::string page = page_of(run);
    if (page.ends_with("</html>\n")) ++pages;
  });
  CHECK(pages > 500);
  CHECK(pages % 6 == 0);
}

TEST_CASE("a record that is too large loses its schemas first, and then what passed", "[report]") {
  const CheckRun run = deployed();
  const std::string whole = run_record(run, 1U << 20U);
  CHECK(run_of_record(whole) == run_document(run));
  CHECK(whole.size() < run_document(run).dump().size());
  const Json small = Json::parse(run_record(run, whole.size() - 1));
  CHECK(small["schemas"].is_null());
  CHECK(small["phases"] == run_document(run, ResultKeys::filled)["phases"]);
  const Json smaller = Json::parse(run_record(run, small.dump().size() - 1));
  CHECK(smaller["phases"][0]["results"].size() == 4);
  CHECK(smaller["phases"][1]["results"].empty());
  CHECK(smaller["notes"].size() == 3);
  CHECK_THROWS_AS(run_record(run, 100), Error);
}

}  // namespace
}  // namespace baseline::page_test
