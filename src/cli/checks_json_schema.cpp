#include "checks/json_schema.hpp"
#include "cli/commands.hpp"

namespace baseline {

CommandResult run_checks_json_schema(const Invocation&) {
  return {.output = suite_json_schema(), .verbatim = true};
}

}  // namespace baseline
