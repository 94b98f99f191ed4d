#include "cli/commands.hpp"
#include "config/file_keys.hpp"

namespace baseline {

CommandResult run_config_json_schema(const Invocation&) {
  return {.output = config_json_schema(), .verbatim = true};
}

}  // namespace baseline
