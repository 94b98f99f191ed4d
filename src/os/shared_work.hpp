#pragma once

#include <cstddef>
#include <functional>
#include <string>

namespace baseline {

/// Pieces of work that need nothing of each other, numbered from 0.
struct SharedWork {
  std::size_t pieces = 0;
  std::size_t processes = 1;  ///< with 1, all is done in this one
  /// Once in each process that is made, before its first piece.
  std::function<void()> begin;
  /// Does one piece. What it changes in memory is not seen here, only what it returns.
  std::function<std::string(std::size_t piece)> work;
  /// Gets each result, here, in the order in which they come.
  std::function<void(std::size_t piece, std::string result)> take;
};

/// Does all pieces, in copies of this process that each take the next piece when they are done with
/// one. For a program with one thread. Throws what `work` has thrown as an Error of the same code;
/// Error{io} when a process dies of something else; Interrupted when a signal asks to stop. All
/// processes have ended when it returns or throws.
void share_out(const SharedWork& shared);

/// How many processors this process may use; at least 1.
std::size_t usable_processors();

}  // namespace baseline
