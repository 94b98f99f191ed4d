#pragma once

#include <memory>

#include "store/engine.hpp"

namespace baseline::sqlite {

/// What SQLite can do without a database file: everything happens in private databases.
class SqliteEngine final : public Engine {
 public:
  EngineFacts facts() const override;
  std::unique_ptr<Session> apply(const Migration& migration) const override;
  std::string left_out(const Migration& migration) const override;
  std::unique_ptr<Session> adapted(Session& reference, const Migration& migration,
                                   const FileSettings& old) const override;
  std::unique_ptr<Session> deployed(Session& reference) const override;
  std::vector<Mutant> mutants(const Migration& migration) const override;
  void set_clock(SqlClock clock) const override;
  Difference difference(Session& a, Session& b) const override;
};

}  // namespace baseline::sqlite
