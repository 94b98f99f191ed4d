#include <clocale>

#include "cli/commands.hpp"
#include "os/process.hpp"
#include "os/signals.hpp"

int main(int argc, char** argv) {
  baseline::open_standard_descriptors();
  baseline::keep_freed_memory();
  baseline::watch_signals();
  return baseline::run_program(argc, argv);
}
