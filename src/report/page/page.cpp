#include "report/page/page.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/embedded.hpp"
#include "base/version.hpp"
#include "os/sha256.hpp"
#include "report/page/sections.hpp"
#include "report/report_kinds.hpp"
#include "report/run_document.hpp"

namespace baseline {
namespace {

std::string_view embedded_asset(std::string_view name) {
  for (const EmbeddedFile& file : embedded_page()) {
    if (file.name == name) return file.text;
  }
  return {};
}

// Links to the sections that are there.
void add_navigation(page::Node nav, page::Node main) {
  page::set(nav, "aria-label", "Sections of this report");
  page::Node list = page::add(nav, "ul");
  for (const page::Node& section : main.children("section")) {
    page::Node link = page::add(page::add(list, "li"), "a", {}, section.child("h2").text().get());
    page::set(link, "href", fmt::format("#{}", section.attribute("id").value()));
  }
}

void add_footer(page::Node body, const page::Json& run) {
  page::Node footer = page::add(body, "footer");
  page::add(footer, "p", {},
            fmt::format("Made by baseline {}{}. All times are UTC. This page loads nothing from "
                        "the network.",
                        version(),
                        page::text_of(run, "tool").empty()
                            ? ""
                            : fmt::format("; the run was of {}", page::text_of(run, "tool"))));
}

}  // namespace

std::string page_of(const nlohmann::ordered_json& run) {
  const page::Verdict verdict = page::verdict_of(run);
  const pugi::xml_document body_document;
  const page::Node body = body_document.root();
  page::set(page::add(body, "a", "skip", "Skip to the report"), "href", "#main");
  page::add_head(body, run, verdict);
  page::Node nav = page::add(body, "nav");
  page::Node main = page::add(body, "main");
  page::set(main, "id", "main");
  page::add_messages(main, run);
  page::add_failures(main, run);
  page::add_timeline(main, run);
  page::add_backup(main, run);
  page::add_schemas(main, run);
  page::add_facts(main, run);
  page::add_checks(main, run);
  add_navigation(nav, main);
  add_footer(body, run);

  const pugi::xml_document head_document;
  const page::Node head = head_document.root();
  const std::string database = page::text_of(run, "database");
  page::add(head, "title", {},
            fmt::format("{}{}{} – baseline {}", verdict.heading, database.empty() ? "" : ": ",
                        database, page::text_of(run, "command")));
  const std::string_view style = embedded_asset("page.css");
  const std::string_view script = embedded_asset("page.js");
  return fmt::format(fmt::runtime(embedded_asset("page.html")),
                     fmt::arg("title", page::html_of(head)), fmt::arg("style", style),
                     fmt::arg("script", script), fmt::arg("style_hash", sha256_base64(style)),
                     fmt::arg("script_hash", sha256_base64(script)),
                     fmt::arg("body", page::html_of(body)));
}

std::string html_report(const CheckRun& run) { return page_of(run_document(run)); }

}  // namespace baseline
