#include "cli/commands.hpp"
#include "config/file_keys.hpp"

namespace baseline {

CommandResult run_config_json_schema(const Invocation&) { return {config_json_schema(), 0}; }

}  // namespace baseline
