#pragma once

#include <memory>

#include "store/session.hpp"

namespace baseline {

/// The scratch copy of a run: made when the first check needs it, made anew once a check spoilt it.
class Scratch {
 public:
  explicit Scratch(Session& subject) : subject_(subject) {}

  /// The transaction of one check, undone when it ends, however it ends.
  class Use {
   public:
    Use(Scratch& scratch, bool foreign_keys);
    ~Use();
    Use(const Use&) = delete;
    Use& operator=(const Use&) = delete;

    Session& session() const { return *scratch_.copy_; }

   private:
    Scratch& scratch_;
  };

 private:
  Session& subject_;
  std::unique_ptr<Session> copy_;
};

}  // namespace baseline
