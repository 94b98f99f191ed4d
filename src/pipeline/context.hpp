#pragma once

#include <chrono>
#include <exception>
#include <filesystem>
#include <vector>

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
  bool catalogue_named = false;  ///< the user said where the backups are to be
  std::string place = {};        ///< options that lead to database and catalogue from anywhere
  std::vector<std::filesystem::path> also =
      {};  ///< where second copies are to be, as this run says
};

/// Tells the observer that a step began and, at the end of the scope, how it ended: badly when that
/// was said, or when the scope is left by an exception. That an observer fails changes nothing in
/// what is done.
class StepScope {
 public:
  StepScope(Observer& observer, Step step)
      : observer_(observer), step_(step), start_(std::chrono::steady_clock::now()) {
    try {
      observer_.step_started(step_);
      told_ = true;
    } catch (const std::exception&) {
    }
  }
  ~StepScope() {
    const bool good = good_ && std::uncaught_exceptions() == exceptions_;
    try {
      if (told_) {
        observer_.step_finished(step_, std::chrono::steady_clock::now() - start_, good);
      }
    } catch (const std::exception&) {
    }
  }
  StepScope(const StepScope&) = delete;
  StepScope& operator=(const StepScope&) = delete;

  /// To be called where what the step judged did not pass.
  void failed() { good_ = false; }

 private:
  Observer& observer_;
  Step step_;
  std::chrono::steady_clock::time_point start_;
  int exceptions_ = std::uncaught_exceptions();
  bool told_ = false;  ///< that it began
  bool good_ = true;
};

}  // namespace baseline
