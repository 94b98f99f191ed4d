#include "base/error.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <new>
#include <system_error>

#include "base/text.hpp"

namespace baseline {

Error::Error(ErrorCode code, const std::string& message, const std::string& hint)
    : std::runtime_error(printable(message)), code_(code), hint_(printable(hint)) {}

void Error::add_note(const std::string& note) { notes_.push_back(printable_lines(note)); }

Interrupted::Interrupted(int signal)
    : std::runtime_error(fmt::format("interrupted by signal {}", signal)), signal_(signal) {}

bool is_shortage(int error) { return error == EMFILE || error == ENFILE || error == ENOMEM; }

void throw_errno(std::string_view action, std::string_view object) {
  const int error = errno;
  std::string hint;
  if (error == EIO) hint = "storage error; do not retry on this disk";
  if (error == ENOSPC || error == EDQUOT) hint = "free some space, then run the command again";
  if (error == EMFILE) {
    hint = "raise the limit on open files (ulimit -n, LimitNOFILE=), then run the command again";
  }
  Error thrown(ErrorCode::io,
               fmt::format("cannot {} {}: {}", action, printable(object),
                           std::generic_category().message(error)),
               hint);
  thrown.set_system_error(error);
  throw thrown;
}

void throw_surprise(const std::exception& surprise) {
  if (dynamic_cast<const std::bad_alloc*>(&surprise) != nullptr) {
    throw Error(ErrorCode::io, "out of memory",
                "raise the limit on memory (ulimit -v, MemoryMax=), then run the command again");
  }
  throw Error(ErrorCode::io, fmt::format("unexpected: {}", surprise.what()),
              "this is a bug in baseline; baseline status tells where things stand");
}

}  // namespace baseline
