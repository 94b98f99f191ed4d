#include "store/sqlite/sqlite_engine.hpp"

#include "store/sqlite/mutants.hpp"
#include "store/sqlite/same_content.hpp"
#include "store/sqlite/sessions.hpp"

namespace baseline::sqlite {

std::unique_ptr<Session> SqliteEngine::apply(const Migration& migration) const {
  return apply_migration(migration);
}

std::unique_ptr<Session> SqliteEngine::deployed(Session& reference) const {
  return live_copy(reference);
}

std::vector<Mutant> SqliteEngine::mutants(const Migration& migration) const {
  return mutants_of(migration);
}

bool SqliteEngine::same(Session& a, Session& b) const { return same_content(a, b); }

}  // namespace baseline::sqlite
