#pragma once

#include <chrono>
#include <string>

#include "base/observer.hpp"
#include "catalogue/catalogue.hpp"
#include "os/clock.hpp"
#include "os/file_system.hpp"
#include "store/store.hpp"

namespace baseline {

/// What every command of the pipeline works with.
struct Context {
  Store& store;
  Catalogue& catalogue;
  FileSystem& files;
  Observer& observer;
  Clock now;
};

/// Tells the observer that a step began and, at the end of the scope, that it ended.
class StepScope {
 public:
  StepScope(Observer& observer, Step step)
      : observer_(observer), step_(step), start_(std::chrono::steady_clock::now()) {
    observer_.step_started(step_);
  }
  ~StepScope() { observer_.step_finished(step_, std::chrono::steady_clock::now() - start_); }
  StepScope(const StepScope&) = delete;
  StepScope& operator=(const StepScope&) = delete;

 private:
  Observer& observer_;
  Step step_;
  std::chrono::steady_clock::time_point start_;
};

}  // namespace baseline
