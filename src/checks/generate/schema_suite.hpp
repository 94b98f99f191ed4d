#pragma once

#include <vector>

#include "checks/generate/suite_text.hpp"
#include "checks/generate/trial.hpp"
#include "store/session.hpp"
#include "store/table_model.hpp"

namespace baseline::generate {

/// The suite `schema`: the schema itself, the file, the stamp, views and virtual tables.
SuiteText schema_suite(Session& reference, Trial& trial, const std::vector<TableModel>& tables,
                       const std::string& source);

/// The check that compares the schema with what the SQL of a file beside the suite declares.
void add_declared(SuiteText& suite, const std::string& file);

}  // namespace baseline::generate
