#pragma once

#include <vector>

#include "checks/kinds.hpp"

namespace baseline {

/// Reads `cases`; one case without a label when the check has none. Values are bound together with
/// the suite's vars and win over them.
std::vector<Case> read_cases(const CheckDraft& draft, const yaml::Node* cases);

/// Reports the values that no SQL of the check uses and the parameters that get no value: SQLite
/// would take them for NULL, and the check would test something else.
void match_parameters(const CheckDraft& draft, const yaml::Node* cases);

}  // namespace baseline
