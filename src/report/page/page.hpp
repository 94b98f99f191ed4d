#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace baseline {

/// The page of a run (docs/reports.md, "HTML"): one file that loads nothing from anywhere, made
/// from run_document(). A document that is damaged or of another release gives a page with what it
/// has.
std::string page_of(const nlohmann::ordered_json& run);

}  // namespace baseline
