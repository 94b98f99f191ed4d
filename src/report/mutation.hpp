#pragma once

#include <string>

#include "checks/mutate.hpp"
#include "report/style.hpp"

namespace baseline::human_report {

/// The mutants that survived, a block each, and how many were killed; with `verbose` the killed
/// ones too, in the order of the migration.
std::string of(const MutationReport& report, const Style& style, bool verbose);

/// Which check would notice the change.
std::string_view advice(const Mutant& mutant);

}  // namespace baseline::human_report

namespace baseline::json_report {

/// All mutants, as docs/json.md describes them.
std::string of(const MutationReport& report, int exit_code);

}  // namespace baseline::json_report
