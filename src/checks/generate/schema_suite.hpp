#pragma once

#include <vector>

#include "checks/generate/suite_text.hpp"
#include "checks/generate/trial.hpp"
#include "store/session.hpp"
#include "store/table_model.hpp"

namespace baseline::generate {

/// The suite `schema`: the schema itself, the file, the stamp, rows and virtual tables. What
/// differs in `another_time`, which is the same migration applied under another clock, is told by
/// its type.
SuiteText schema_suite(Session& reference, Session& another_time, Trial& trial,
                       const std::vector<TableModel>& tables, const std::string& source);

/// The check that compares the schema with what the SQL of a file beside the suite declares.
void add_declared(SuiteText& suite, const std::string& file);

}  // namespace baseline::generate
