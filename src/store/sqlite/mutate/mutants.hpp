#pragma once

#include <vector>

#include "store/migration.hpp"
#include "store/mutant.hpp"

namespace baseline::sqlite {

/// Every small change of the migration that docs/mutate.md lists, by its place. Some cannot be
/// applied, and some mean the same as before; only the database can tell.
std::vector<Mutant> mutants_of(const Migration& migration);

}  // namespace baseline::sqlite
