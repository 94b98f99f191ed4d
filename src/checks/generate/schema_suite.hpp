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

}  // namespace baseline::generate
