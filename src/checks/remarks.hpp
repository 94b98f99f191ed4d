#pragma once

#include "checks/check_loader.hpp"
#include "checks/kinds.hpp"

namespace baseline {

/// What a reviewer would ask about one check that loads: a remark of its suite for each.
void remark_on_check(const CheckDraft& draft, const CheckKind& kind);

/// The same for the names of a file.
void remark_on_names(const CheckNames& names, SuiteScope& scope);

}  // namespace baseline
