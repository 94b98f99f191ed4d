#pragma once

#include <exception>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/problem.hpp"

namespace baseline {

/// Why a command could not finish: one code per action that the operator must take
/// (docs/exit-codes.md). The process exit code is computed from it in one place, `exit_code()`.
enum class ErrorCode {
  usage,         ///< option, configuration, migration or suite is wrong; nothing was touched
  in_use,        ///< the application or another run holds the database; try again
  refused,       ///< cannot be done safely here
  io,            ///< I/O or database error; the old database is in place
  needs_person,  ///< could not be put back, or an interrupted run that cannot be decided
};

/// The one exception type of the program. The message is one sentence, without a final stop, that
/// names the object and the cause; the hint says in the imperative what to do. All its texts are
/// printable, whatever a library has put into them.
class Error : public std::runtime_error {
 public:
  Error(ErrorCode code, const std::string& message, const std::string& hint = {});

  ErrorCode code() const { return code_; }
  const std::string& hint() const { return hint_; }
  /// The errno of throw_errno(), else 0.
  int system_error() const { return system_error_; }
  const std::vector<std::string>& notes() const { return notes_; }

  /// Errors of input files, printed before the message. All errors of all files come in one go.
  const std::vector<Problem>& problems() const { return problems_; }
  void set_problems(std::vector<Problem> problems) { problems_ = std::move(problems); }

  void set_system_error(int error) { system_error_ = error; }

  /// Records what else went wrong while this error was being handled; never replaces the cause.
  void add_note(const std::string& note);

 private:
  ErrorCode code_;
  std::string hint_;
  int system_error_ = 0;
  std::vector<Problem> problems_;
  std::vector<std::string> notes_;
};

/// A signal asked the program to stop; everything was undone before this left the pipeline.
class Interrupted : public std::runtime_error {
 public:
  explicit Interrupted(int signal);
  int signal() const { return signal_; }

 private:
  int signal_;
};

/// Whether no file is to blame for this errno: descriptors or memory ran out.
bool is_shortage(int error);

/// Throws Error{io} "cannot ACTION OBJECT: STRERROR" for the current errno.
[[noreturn]] void throw_errno(std::string_view action, std::string_view object);

/// Throws Error{io} for an exception that no part of the program has expected.
[[noreturn]] void throw_surprise(const std::exception& surprise);

/// Runs `act`, which ends with nothing but Error or Interrupted: whatever else it throws (out of
/// memory, no thread to be had, a library's own exception) is thrown on as an Error{io}, so that
/// the same code handles it.
template <typename Act>
auto surprises_as_errors(Act&& act) -> decltype(act()) {
  try {
    return act();
  } catch (const Error&) {
    throw;
  } catch (const Interrupted&) {
    throw;
  } catch (const std::exception& surprise) {
    throw_surprise(surprise);
  }
}

}  // namespace baseline
