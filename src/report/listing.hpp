#pragma once

#include <string>

#include "checks/listing.hpp"
#include "report/style.hpp"

namespace baseline::human_report {
/// The checks by file, with a line each, and what each phase would run.
std::string of(const Listing& listing, const Style& style);
}  // namespace baseline::human_report

namespace baseline::json_report {
/// docs/json.md, "checks list".
std::string of(const Listing& listing);
}  // namespace baseline::json_report
