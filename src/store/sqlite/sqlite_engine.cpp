#include "store/sqlite/sqlite_engine.hpp"

#include "store/sqlite/sessions.hpp"

namespace baseline::sqlite {

std::unique_ptr<Session> SqliteEngine::apply(const Migration& migration) const {
  return apply_migration(migration);
}

}  // namespace baseline::sqlite
