#pragma once

#include <functional>
#include <memory>
#include <string>

#include "store/engine.hpp"
#include "store/store.hpp"

/// What any engine has to give the pipeline, as tests. A new engine brings an EngineUnderTest and
/// calls check_conformance() from a test of its own; nothing here knows files or SQLite.
namespace baseline::conformance {

/// One database of the engine, in a place of its own. Databases have a table `things`; the old one
/// has rows in it and the stamp "old1".
class EngineUnderTest {
 public:
  virtual ~EngineUnderTest() = default;

  /// What needs no database.
  virtual const Engine& engine() const = 0;
  /// A store for the one database of this object. May be called again: a second run.
  virtual std::unique_ptr<Store> open() = 0;
  /// Makes the old database live.
  virtual void make_old() = 0;
  /// SQL of a migration in the engine's dialect: another table, stamp "new1".
  virtual Migration migration() const = 0;
  /// "old", "new", "missing" or something else: what a client that connects now would see.
  virtual std::string live() = 0;
  /// What the backup in this directory holds, in the same words.
  virtual std::string backup(const std::filesystem::path& entry, const Payload& payload) = 0;
  /// A client that stays connected until the object is destroyed.
  virtual std::shared_ptr<void> connect() = 0;
  /// An empty directory for the entries of the catalogue.
  virtual std::filesystem::path entries() = 0;
};

using MakeEngine = std::function<std::unique_ptr<EngineUnderTest>()>;

/// Runs all of it, each part on an engine of its own.
void check_conformance(const MakeEngine& make_engine);

}  // namespace baseline::conformance
