#include "checks/scratch.hpp"

#include <exception>

namespace baseline {

Scratch::Use::Use(Scratch& scratch, bool foreign_keys) : scratch_(scratch) {
  if (scratch_.copy_ == nullptr) scratch_.copy_ = scratch_.subject_.scratch();
  scratch_.copy_->begin(foreign_keys);
}

Scratch::Use::~Use() {
  // Whatever could not be undone must not reach the next check: away with the copy.
  bool undone = false;
  try {
    undone = scratch_.copy_->rollback();
  } catch (const std::exception&) {
    undone = false;
  }
  if (!undone) scratch_.copy_.reset();
}

}  // namespace baseline
